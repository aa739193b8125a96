"""The version tree names each version's stage and the version it was made of."""

from itertools import permutations

import numpy as np
import pytest

from keepers.decide.originality import Copy
from keepers.decide.versions import tree
from keepers.model import LOCAL, Asset, Bundle, ContentId, Facts, Kind, Ref, Stage

PICTURE = np.random.default_rng(1).integers(0, 256, (24, 24), dtype=np.uint8)
BRIGHT = np.clip(PICTURE.astype(np.int16) // 2 + np.arange(24)[:, None] * 6, 0, 255).astype(np.uint8)


def version(
    name: str, width: int = 4000, *, camera: str = "", software: str = "", form: str = "jpeg"
) -> Copy:
    content = ContentId("b3:" + name.encode().hex())
    asset = Asset(
        Ref(LOCAL, f"/p/{name}"), Kind.PHOTO, width * 900, "1:1:1", content, None, width, width * 3 // 4
    )
    return Copy(Bundle(asset), Facts(form, width, width * 3 // 4, camera=camera, software=software))


ORIGINAL = version("IMG_1.jpg", camera="Bench 1")
EDIT = version("IMG_1_bright.jpg", camera="Bench 1", software="Adobe Photoshop")
EXPORT = version("IMG_1_small.jpg", 1600, camera="Bench 1", software="Adobe Photoshop")
PLAIN_EXPORT = version("web.jpg", 1600)
MESSAGE = version("IMG-20240102-WA0003.jpg", 1200)
SHOT = version("Screenshot_20240103.png", 1440, form="png")
LOOKS = {copy.bundle.main.content: PICTURE for copy in (ORIGINAL, PLAIN_EXPORT, SHOT)} | {
    copy.bundle.main.content: BRIGHT for copy in (EDIT, EXPORT, MESSAGE)
}


def found(*copies: Copy) -> list[tuple[str, Stage, str]]:
    return [
        (v.ref.key.removeprefix("/p/"), v.stage, v.made_of.key.removeprefix("/p/") if v.made_of else "")
        for v in tree(copies, LOOKS)
    ]


def test_each_comes_of_the_version_it_looks_like() -> None:
    assert found(ORIGINAL, EDIT, EXPORT, PLAIN_EXPORT, MESSAGE, SHOT) == [
        ("IMG_1.jpg", Stage.ORIGINAL, ""),
        ("IMG_1_bright.jpg", Stage.EDIT, "IMG_1.jpg"),
        ("IMG_1_small.jpg", Stage.EXPORT, "IMG_1_bright.jpg"),
        ("IMG-20240102-WA0003.jpg", Stage.MESSENGER, "IMG_1_bright.jpg"),
        ("web.jpg", Stage.EXPORT, "IMG_1.jpg"),
        ("Screenshot_20240103.png", Stage.SCREENSHOT, "IMG_1.jpg"),
    ]


def test_the_order_of_the_copies_does_not_count() -> None:
    versions = (ORIGINAL, EDIT, EXPORT, MESSAGE)
    assert {tuple(found(*some)) for some in permutations(versions)} == {tuple(found(*versions))}


@pytest.mark.parametrize("turn", [1, 2, 4, 7])
def test_a_turned_version_comes_of_its_source_too(turn: int) -> None:
    turned = BRIGHT.T if turn >= 4 else BRIGHT
    turned = turned[:, ::-1] if turn & 1 else turned
    turned = turned[::-1] if turn & 2 else turned
    looks = {ORIGINAL.bundle.main.content: PICTURE, EDIT.bundle.main.content: BRIGHT}
    looks[MESSAGE.bundle.main.content] = np.ascontiguousarray(turned)
    assert tree((ORIGINAL, EDIT, MESSAGE), looks)[2].made_of == EDIT.bundle.main.ref


def test_what_cannot_be_seen_comes_of_the_original() -> None:
    assert [v.made_of for v in tree((ORIGINAL, EDIT, MESSAGE), {})] == [
        None, ORIGINAL.bundle.main.ref, ORIGINAL.bundle.main.ref
    ]  # fmt: skip
