"""Templates say where photos go, and nothing in a photo can lead them astray."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.decide.template import Facts, parsed
from keepers.errors import UsageError

TAKEN = datetime(2019, 7, 3, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("template", "facts", "path"),
    [
        ("{taken:%Y/%m}/{name}", Facts("IMG_1.JPG", TAKEN), ("2019", "07", "IMG_1.JPG")),
        ("{taken}/{stem}.{ext}", Facts("IMG_1.JPG", TAKEN), ("2019-07-03", "IMG_1.jpg")),
        ("{camera}/{name}", Facts("a.jpg", camera="Canon EOS 5D"), ("Canon EOS 5D", "a.jpg")),
        ("{camera}/{name}", Facts("a.jpg"), ("unknown", "a.jpg")),
        ("{camera|other}/{name}", Facts("a.jpg"), ("other", "a.jpg")),
        ("{camera}/{name}", Facts("a.jpg", camera="../../etc"), ("_.._etc", "a.jpg")),
        ("{event|}/{name}", Facts("a.jpg", folder="DCIM/100CANON"), ("a.jpg",)),
        ("{event}/{name}", Facts("a.jpg", folder="2019-07 Italy/DCIM/100CANON"), ("Italy", "a.jpg")),
        ("{event}/{name}", Facts("a.jpg", folder="Anna's wedding/2019"), ("Anna's wedding", "a.jpg")),
        ("{folder}/{name}", Facts("a.jpg", folder="x/y"), ("x", "y", "a.jpg")),
        ("{folder}/{name}", Facts("a.jpg"), ("a.jpg",)),
        ("{folder}/{name}", Facts("a.jpg", folder="x/../y"), ("x", "y", "a.jpg")),
        ("{people|nobody}/{name}", Facts("a.jpg", people=("Ann", "Bo", "Cy", "Di")), ("Ann, Bo, Cy and others", "a.jpg")),
        ("{people|nobody}/{name}", Facts("a.jpg"), ("nobody", "a.jpg")),
        ("undated/{name}", Facts(".keepers-a.jpg"), ("undated", "_.keepers-a.jpg")),
        (".keepers-x/{name}", Facts("a.jpg"), ("keepers-x", "a.jpg")),
        ("{taken:%Y}_{name}", Facts("b.jpg", TAKEN), ("2019_b.jpg",)),
    ],
)  # fmt: skip
def test_a_template_is_filled(template: str, facts: Facts, path: tuple[str, ...]) -> None:
    assert parsed(template).path(facts) == path


@pytest.mark.parametrize(
    "template",
    ["{nothing}/{name}", "{name", "a}/{name}", "/{name}", "../{name}", "a/../{name}", "{taken:%Y}/", "{name}/x",
     "{camera:%Y}/{name}", "{taken:%Y/%m}", "{stem}{ext}", "{name}-{camera}", "{stem}.{ext} ", "{ext}.{stem}"],
)  # fmt: skip
def test_a_template_that_makes_no_sense_is_refused(template: str) -> None:
    with pytest.raises(UsageError, match="template"):
        parsed(template)


texts = st.text(max_size=80)


@given(
    st.sampled_from(
        ["{taken:%Y/%m}/{camera}/{name}", "{event}/{people}/{stem}.{ext}", "{folder}/{camera}-{name}"]
    ),
    texts.filter(lambda name: "/" not in name and "\0" not in name),
    texts,
    texts,
    st.lists(texts, max_size=4),
)
def test_no_text_leads_out_of_the_library(
    template: str, name: str, camera: str, folder: str, people: list[str]
) -> None:
    path = parsed(template).path(Facts(name, TAKEN, camera, folder, tuple(people)))
    for part in path:
        assert part not in {"", ".", ".."}
        assert "/" not in part
        assert "\0" not in part
        assert not part.startswith(".keepers-")
        assert len(part.encode("utf-8", "surrogateescape")) <= 255
