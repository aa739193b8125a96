"""The page for people: everything is told, nothing is loaded, no name can break it."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.model import LOCAL, Asset, Bundle, ContentId, Decision, Group, GroupKind, Kind, Ref, Score, Taken
from keepers.plan.layout import Target, lay_out
from keepers.plan.page_card import SHOWN, size
from keepers.plan.page_html import address, element
from keepers.plan.report import PAGE_BYTES, PAGE_GROUPS, PROBLEMS, Entry, Summary, entries, pages

WHEN = datetime(2024, 6, 15, 9, 30, tzinfo=UTC)
ABOUT = Summary("Photos put in order", 1204, 900, WHEN, ("/pictures",))
HOSTILE = "<script>alert(1)</script>\"'&\u202egpj.\x1b[2J\udcff"


class Page(HTMLParser):
    """What a browser would see."""

    VOID = frozenset({"img", "input", "meta", "br"})

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(data.decode())
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] != "style":
            self.text += f" {data}"

    def all(self, tag: str, class_: str = "") -> list[dict[str, str | None]]:
        return (
            [
                given
                for name, given in self.tags
                if name == tag and class_ in (given.get("class") or "").split(" ")
            ]
            if class_
            else [given for name, given in self.tags if name == tag]
        )


def photo(name: str, seconds: float = 0, **changes: object) -> Bundle:
    taken = Taken(WHEN + timedelta(seconds=seconds), "exif", certain=True)
    asset = Asset(
        Ref(LOCAL, f"/in/{name}"), Kind.PHOTO, 3_200_000, "", ContentId(f"b3:{name}"), taken, 4000, 3000
    )
    return Bundle(replace(asset, **changes))  # type: ignore[arg-type]


def entry(number: int = 1, *members: Bundle, kind: GroupKind = GroupKind.BURST, by: str = "rule") -> Entry:
    members = members or (photo("a.jpg"), photo("b.jpg", 2))
    refs = [bundle.main.ref for bundle in members]
    scores = (
        Score(refs[0], 0.93, {"sharpness": 0.5}, ("all eyes open",)),
        *(Score(ref, 0.4, {"sharpness": 0.1}, ("eyes closed",)) for ref in refs[1:]),
    )
    group = Group(f"g{number}", kind, members, ("the same camera",))
    decision = Decision(group, (refs[0],), tuple(refs[1:]), scores, "if b.jpg had its eyes open", by)
    return Entry(decision, number, {ref: f"../group_0001/originals/{ref.key[4:]}" for ref in refs})


def page(*groups: Entry, about: Summary = ABOUT, thumbnails: dict[ContentId, bytes] | None = None) -> Page:
    return Page(pages(groups, about, thumbnails or {})["index.html"])


def test_a_group_is_told_in_full():
    seen = page(entry(7), thumbnails={ContentId("b3:a.jpg"): b"JPEG"})
    told = (
        "Photos put in order|From /pictures|1,204|900|3.2 MB|could be freed|Group 7|Series|2 photos|"
        "15 June 2024|the same camera|Keeper|a.jpg|93|40|all eyes open|eyes closed|09:30:02|4000 \u00d7 3000|"
        "/in/b.jpg|sharpness|What would change this|if b.jpg had its eyes open|no preview"
    )
    for words in told.split("|"):
        assert words in re.sub(r"\s+", " ", seen.text), words
    assert [figure.get("class") for figure in seen.all("figure")] == ["keep", None]
    image = seen.all("img")[0]
    assert image["src"] == "data:image/jpeg;base64," + base64.b64encode(b"JPEG").decode()
    assert image["alt"] == "a.jpg, keeper"
    assert seen.all("a", "frame")[0]["href"] == "../group_0001/originals/a.jpg"


def test_the_keeper_comes_first_and_a_bracket_stays_in_order():
    members = (photo("b.jpg"), photo("a.jpg"))
    decision = entry(1, *members).decision
    turned = replace(decision, keep=(members[1].main.ref,), drop=(members[0].main.ref,))
    seen = page(Entry(turned, 1))
    assert [name["title"] for name in seen.all("bdi") if name.get("title")] == ["/in/a.jpg", "/in/b.jpg"]
    bracket = replace(turned, group=replace(turned.group, kind=GroupKind.BRACKET))
    seen = page(Entry(bracket, 1))
    assert [name["title"] for name in seen.all("bdi") if name.get("title")] == ["/in/b.jpg", "/in/a.jpg"]


def test_nothing_is_loaded_and_nothing_can_run():
    data = pages([entry()], ABOUT, {ContentId("b3:a.jpg"): b"JPEG"})["index.html"]
    seen = Page(data)
    policy = (
        next(m["content"] for m in seen.all("meta") if m.get("http-equiv") == "Content-Security-Policy") or ""
    )
    sheet = re.search(r"<style>(.*?)</style>", data.decode(), re.DOTALL)
    assert sheet is not None
    digest = base64.b64encode(hashlib.sha256(sheet[1].encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; img-src data:; ")
    assert f"style-src 'sha256-{digest}'" in policy
    assert not {tag for tag, _ in seen.tags} & {"script", "link", "iframe", "object", "embed", "form", "base"}
    for _, given_ in seen.tags:
        assert not [key for key in given_ if key.startswith("on") or key == "style"]
        for key in ("src", "href"):
            assert re.match(r"data:image/jpeg;|\.\./|page_\d|index\.html|$", given_.get(key) or "")
    assert b"http:" not in data
    assert b"https:" not in data
    assert b"url(" not in data


def test_hostile_names_are_text():
    bundle = Bundle(photo(HOSTILE).main, (photo(f"{HOSTILE}.xmp").main,), (Ref(LOCAL, f"/usb/{HOSTILE}"),))
    bad = entry(1, bundle, photo("b.jpg"))
    decision = replace(
        bad.decision, flip=HOSTILE, group=replace(bad.decision.group, evidence=(HOSTILE,)),
        scores=tuple(replace(s, reasons=(HOSTILE,), parts={HOSTILE: 0.5}) for s in bad.decision.scores),
    )  # fmt: skip
    about = replace(ABOUT, title=HOSTILE, folders=(HOSTILE,), problems=((HOSTILE, HOSTILE),))
    data = pages([replace(bad, decision=decision)], about, {bundle.main.content: b"J"})["index.html"]
    seen = Page(data)
    assert "script" not in {tag for tag, _ in seen.tags}
    assert "<script>alert(1)</script>\"'&\\u202egpj.\\x1b[2J\\xff" in seen.text
    assert not {"\u202e", "\x1b", "\udcff"} & set(data.decode())


@given(st.text(), st.text())
def test_any_text_comes_back_as_it_went_in(inside, attribute):
    made = Page(element("b", inside, title=attribute).text.encode())
    assert [tag for tag, _ in made.tags] == ["b"]


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("../group_0001/originals/a b#?%.jpg", "../group_0001/originals/a%20b%23%3F%25.jpg"),
        ("\udcff\u00e9", "%FF%C3%A9"),
        ("javascript:x", "javascript%3Ax"),
    ],
)
def test_addresses(path, url):
    assert address(path) == url


def test_filters_by_kind_where_there_are_several():
    data = pages([entry(1), entry(2, kind=GroupKind.SAME_BYTES)], ABOUT, {})["index.html"].decode()
    seen = Page(data.encode())
    assert [label["for"] for label in seen.all("label")] == ["only-all", "only-burst", "only-same-bytes"]
    assert [button["id"] for button in seen.all("input")] == ["only-all", "only-burst", "only-same-bytes"]
    assert "#only-burst:checked~main .group:not(.burst){display:none}" in data
    assert page(entry(1)).all("label") == []


@pytest.mark.slow
def test_many_groups_make_many_pages_that_are_linked():
    made = pages([entry(n) for n in range(1, 3 * PAGE_GROUPS)], ABOUT, {})
    assert list(made) == ["index.html", "page_0002.html", "page_0003.html"]
    assert [len(Page(data).all("article")) for data in made.values()] == [100, 100, 99]
    links = {link["href"] for link in Page(made["page_0002.html"]).all("a") if not link.get("class")}
    assert links == {"index.html", "page_0003.html"}


@pytest.mark.slow
def test_large_thumbnails_make_more_pages():
    groups = [entry(n, photo(f"{n}a.jpg"), photo(f"{n}b.jpg")) for n in range(6)]
    large = bytes(PAGE_BYTES // 4)
    made = pages(groups, ABOUT, {b.main.content: large for g in groups for b in g.decision.group.members})
    assert [data.count(b"<article") for data in made.values()] == [2, 2, 2]


def test_thousands_of_photos_in_a_group_and_of_problems_stay_readable():
    problems = tuple((f"/in/{n}.jpg", "is empty") for n in range(PROBLEMS + 25))
    seen = page(
        entry(1, *(photo(f"{n}.jpg") for n in range(SHOWN + 40))), about=replace(ABOUT, problems=problems)
    )
    assert len(seen.all("figure")) == SHOWN
    assert "and 40 more" in seen.text
    assert "and 25 more" in seen.text
    assert "keepers report unreadable" in seen.text


def test_problems_stand_on_the_first_page_only():
    about = replace(ABOUT, problems=(("/in/x.jpg", "is cut short"),))
    made = pages([entry(n) for n in range(PAGE_GROUPS + 1)], about, {})
    assert ["is cut short" in Page(data).text for data in made.values()] == [True, False]


def test_no_groups_is_said():
    assert "No two photos belong together" in page().text


def test_a_choice_of_the_user_is_called_so():
    assert "You chose this." in page(entry(1, by="user")).text


def test_photos_of_several_days_bear_their_dates():
    seen = page(entry(1, photo("a.jpg"), photo("b.jpg", 86400)))
    assert "15 June 2024 to 16 June 2024" in seen.text
    assert "16 Jun 2024, 09:30" in seen.text


def test_photos_of_which_little_is_known():
    bare = photo("a.jpg", taken=None, width=0, height=0)
    seen = page(Entry(replace(entry(1, bare, photo("b.jpg")).decision, scores=(), flip=""), 1))
    assert "a.jpg" in seen.text
    assert seen.all("output") == []


def test_entries_link_to_the_copies():
    decision = entry().decision
    placings = lay_out([decision], Target(Ref(LOCAL, "/out")), lambda _: None)
    made = entries(placings)
    assert made == (
        Entry(
            decision, 1,
            {Ref(LOCAL, f"/in/{name}"): f"../group_0001/originals/{name}" for name in ("a.jpg", "b.jpg")},
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 B"), (999, "999 B"), (3_240_000, "3.2 MB"), (44e9, "44 GB"), (5e15, "5000 TB")],
)
def test_sizes(number, words):
    assert size(number) == words


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_contrast_is_enough_for_everybody(theme):
    """WCAG 2.2, 1.4.3 and 1.4.11: 4.5 to 1 for text, 3 to 1 for the outline of the pick."""
    data = pages([entry()], ABOUT, {})["index.html"].decode()
    colours = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", data.split(":root{")[1 + theme].split("}")[0]))
    names = ("burst", "bracket", "same-bytes", "same-pixels", "same-picture")
    pairs = [
        ("ink", "bg", 4.5),
        ("soft", "bg", 4.5),
        ("soft", "card", 4.5),
        ("ink", "well", 4.5),
        ("soft", "well", 4.5),
    ]
    pairs += [
        ("badge-ink", "badge", 4.5),
        ("bad", "bg", 4.5),
        ("gold", "card", 3.0),
        *((n, "card", 4.5) for n in names),
    ]
    for over, under, least in pairs:
        light, dark = sorted((luminance(colours[over]), luminance(colours[under])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= least, (over, under)
