"""Collages, borders and screens are told from originals that seem to hold a crop."""

import numpy as np
import pytest

from keepers.group import holders, looks

ORIGINAL, OTHER, HOLDER, CROP, SECOND, EDIT = range(6)


def links(*pairs: tuple[int, int, int]) -> looks.Links:
    left, right, how = zip(*pairs, strict=True)
    return looks.Links(
        np.array(left, np.intp),
        np.array(right, np.intp),
        np.ones(len(pairs), np.float32),
        np.array(how, np.int8),
    )


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ([(HOLDER, ORIGINAL, looks.FRAMED), (HOLDER, OTHER, looks.FRAMED)], [HOLDER]),
        ([(HOLDER, ORIGINAL, looks.FRAMED)], []),
        (
            [
                (HOLDER, ORIGINAL, looks.FRAMED),
                (HOLDER, CROP, looks.FRAMED),
                (ORIGINAL, CROP, looks.CROPPED),
            ],
            [],
        ),
        (
            [
                (HOLDER, ORIGINAL, looks.FRAMED),
                (HOLDER, CROP, looks.FRAMED),
                (HOLDER, SECOND, looks.FRAMED),
                (ORIGINAL, CROP, looks.CROPPED),
                (ORIGINAL, SECOND, looks.CROPPED),
            ],
            [HOLDER],
        ),
        ([(ORIGINAL, CROP, looks.FRAMED), (ORIGINAL, EDIT, looks.TURNED), (EDIT, CROP, looks.CROPPED)], []),
        ([(ORIGINAL, CROP, looks.FRAMED), (ORIGINAL, SECOND, looks.CROPPED)], []),
    ],
    ids=[
        "a collage of two", "what one frame may hold", "a border round what is linked anyway",
        "a screen that only holds", "an original with a crop below a sky", "an original and two crops",
    ],
)  # fmt: skip
def test_what_holds_pictures_that_nothing_else_joins_never_leads(
    pairs: list[tuple[int, int, int]], found: list[int]
) -> None:
    assert holders.holders(links(*pairs), 6).tolist() == found


def test_nothing_holds_nothing() -> None:
    none = np.empty(0, np.intp)
    empty = looks.Links(none, none, np.empty(0, np.float32), np.empty(0, np.int8))
    assert holders.holders(empty, 3).tolist() == []
