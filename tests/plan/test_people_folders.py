"""What the folders of people are called."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keepers.decide.destination import collision_key, harmless
from keepers.plan.people_folders import Given, Owner, Style, folder_name, folders, together
from keepers.plan.portable import portable

NAMES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ("Anna", "ANNA", "anna ", "Änna", unicodedata.normalize("NFD", "Änna"), "!!!", "???", "", "con")
    ),
    st.text(alphabet="aA. ?*:/\\\0\u202e()2_", max_size=12),
)
STYLES = st.sampled_from(list(Style))


def owners(names) -> list[Owner]:
    return [Owner(f"{number:08x}-p", name) for number, name in enumerate(names)]


@pytest.mark.parametrize(
    ("name", "named", "lower_case"),
    [
        ("John Doe", "John Doe", "john_doe"),
        ("Sarah  Smith-Jones", "Sarah  Smith-Jones", "sarah_smith_jones"),
        ("O'Neil, Ann", "O'Neil, Ann", "oneil_ann"),
        ("Jürgen Groß", "Jürgen Groß", "jürgen_groß"),
        ("李小龍", "李小龍", "李小龍"),
        ("Анна", "Анна", "анна"),
        ("!!!", "!!!", "person-7f3a2b1c"),
        ("", "person-7f3a2b1c", "person-7f3a2b1c"),
        ("..", "person-7f3a2b1c", "person-7f3a2b1c"),
        ("../../etc/passwd", "_.._etc_passwd", "etcpasswd"),
        ("a/b\\c", "a_b_c", "abc"),
        ("Who?", "Who\uff1f", "who"),
        ("con", "con_", "con_"),
        (".keepers-trash", "keepers-trash", "keepers_trash"),
        ("Anna\u202egpj", "Annagpj", "annagpj"),
    ],
)
def test_names_are_kept_as_far_as_they_are_safe(name, named, lower_case):
    key = "7f3a2b1c-0000-4000-8000-000000000000"
    assert folder_name(name, key) == named
    assert folder_name(name, key, Style.LOWER_CASE) == lower_case


@given(NAMES, st.text(max_size=12), STYLES)
def test_a_name_is_one_harmless_part_of_a_path_on_every_file_system(name, key, style):
    made = folder_name(name, key, style)
    assert made
    assert made not in {".", ".."}
    assert "/" not in made
    assert harmless(made) == made
    assert portable(made) == made
    assert len(made.encode()) <= 255 - 16
    assert folder_name(made, key) == made


@given(st.lists(NAMES, max_size=12), STYLES)
@example(["Anna", "anna", "ANNA (2)", "Anna (2)", "Anna"], Style.NAMED)
@example(["Anna?", "Anna\uff1f"], Style.NAMED)
@example(["a b", "a-b", "a_b", "A  B"], Style.LOWER_CASE)
@example(["x" * 300, "x" * 301], Style.NAMED)
def test_two_people_never_share_a_folder(names, style):
    found = folders(owners(names), {}, style=style)
    assert len({collision_key(one) for one in found.values()}) == len(names)
    assert len({collision_key(portable(one)) for one in found.values()}) == len(names)


@given(st.lists(NAMES, max_size=8), st.lists(NAMES, max_size=8), st.randoms(use_true_random=False), STYLES)
def test_a_folder_stays_whoever_comes_and_whatever_they_are_called_later(names, later, chance, style):
    first = owners(names)
    known = {
        key: Given(one, folder)
        for (key, folder), one in zip(folders(first, {}, style=style).items(), names, strict=True)
    }
    everybody = owners([*later, *names][: max(len(names), len(later))] + names)
    chance.shuffle(everybody)
    again = folders(everybody, known)
    assert all(again[key] == given.folder for key, given in known.items() if key in again)
    assert len({collision_key(one) for one in again.values()}) == len(again)


@given(st.lists(NAMES, max_size=8), st.randoms(use_true_random=False), STYLES)
def test_the_order_in_which_they_are_told_does_not_matter(names, chance, style):
    ordered = owners(names)
    mixed = list(ordered)
    chance.shuffle(mixed)
    assert folders(ordered, {}, style=style) == folders(mixed, {}, style=style)


def test_the_folder_of_somebody_else_is_not_given_away():
    known = {"old": Given("Anna", "Anna")}
    assert folders([Owner("new", "Anna")], known) == {"new": "Anna (2)"}


def test_a_server_that_finds_its_faces_anew_keeps_the_folders():
    known = {"old": Given("Anna", "Anna"), "there": Given("Ben", "Ben")}
    wanted = [Owner("new-1", "Anna"), Owner("new-2", "Anna"), Owner("there", "Benjamin")]
    found = folders(wanted, known, gone=frozenset({"old"}))
    assert found == {"new-1": "Anna", "new-2": "Anna (2)", "there": "Ben"}


def test_several_people_own_one_folder_in_whatever_order():
    people = [Owner("2", "Ben"), Owner("1", "Zoe"), Owner("3", "Anna")]
    assert together(people) == together(people[::-1]) == Owner("1+2+3", "Anna, Ben, Zoe")
    assert together([*people, Owner("4", "Carl")]).name == "Anna, Ben, Carl and others"
    alike = [
        together([Owner("1", "Anna"), Owner("2", "Ben")]),
        together([Owner("1", "Anna"), Owner("3", "Ben")]),
    ]
    assert sorted(folders(alike, {}).values()) == ["Anna, Ben", "Anna, Ben (2)"]


def test_the_lower_case_style_is_that_of_the_old_plan():
    def old(name: str) -> str:
        safe = re.sub(r"[^\w\s-]", "", name)
        return re.sub(r"[-\s]+", "_", safe).lower()

    for name in ("John Doe", "Sarah Smith", "Anna-Maria O'Hara", "Jürgen"):
        assert folder_name(name, style=Style.LOWER_CASE) == old(name)
