"""What a second look is worth taking at, and what comes of it."""

from keepers.fingerprint.relation import Made
from keepers.group import duplicates, looks, second, suspects
from keepers.group.grouping import clusters
from keepers.group.rule import Rule
from keepers.model import GroupKind
from tests.fingerprint.pictures import scene
from tests.group.world import Photo, world


def test_photos_without_camera_or_of_one_moment_may_be_made_of_another():
    seen = world(
        Photo("a", scene(1), at=0.0),
        Photo("b", scene(2)),
        Photo("c", scene(3), at=50.0),
        Photo("d", scene(4), at=50.2, scale=7.0),
    )
    assert suspects.suspects(seen.table).tolist() == [False, True, True, True]


def test_a_size_of_its_own_is_odd():
    same = [Photo(str(number), scene(number)) for number in range(4)]
    seen = world(*same, Photo("x", scene(9, 120, 200)))
    assert suspects.odd(seen.table).tolist() == [False] * 4 + [True]


def test_who_has_an_original_needs_no_second_look():
    seen = world(Photo("a", scene(1)), Photo("b", scene(1), scale=5.0), Photo("c", scene(2)))
    stars = duplicates.same_picture(seen.table, Rule())
    assert seen.names(stars) == ["ab"]
    assert second.alone(seen.table, stars).tolist() == [0, 2]


def test_two_shots_of_one_camera_are_never_laid_over_each_other():
    seen = world(
        Photo("a", scene(1), at=0.0), Photo("b", scene(2), at=5.0, scale=5.0), Photo("c", scene(3), scale=3.0)
    )
    assert second.apart(seen.table, [(0, 1), (0, 2), (2, 0), (1, 2)]) == [(2, 0), (2, 1)]


def test_a_part_and_a_screenshot_join_the_star_of_their_original_and_never_lead_it():
    seen = world(Photo("a", scene(1)), Photo("b", scene(2), scale=20.0), Photo("c", scene(3), scale=30.0))
    links = second.links([(0, 1, Made.HOLDS, 0.99), (0, 2, Made.WITHIN, 0.98), (1, 2, Made.UNLIKE, 0.2)])
    assert sorted(zip(links.left.tolist(), links.right.tolist(), links.how.tolist(), strict=True)) == [
        (0, 1, looks.CROPPED),
        (2, 0, looks.FRAMED),
    ]
    found = clusters(seen.table, Rule(), closer=links)
    assert seen.names(found, GroupKind.SAME_PICTURE) == ["abc"]
    assert [cluster.centre for cluster in found] == [0]
    assert clusters(seen.table, Rule()) == ()


def test_there_is_no_chain_through_a_part():
    """b was cut from a, and c from b; nobody saw c in a."""
    seen = world(Photo("a", scene(1), scale=30.0), Photo("b", scene(2), scale=20.0), Photo("c", scene(3)))
    links = second.links([(1, 0, Made.PART, 0.99), (2, 1, Made.PART, 0.99)])
    assert seen.names(clusters(seen.table, Rule(), closer=links)) == ["ab"]
    assert second.originals([(1, 0, Made.PART, 0.99), (2, 1, Made.PART, 0.99)])[:1] == [(0, 1)]


def test_what_has_a_camera_is_the_original():
    seen = world(Photo("a", scene(1), at=0.0), Photo("b", scene(2)))
    assert second.told(seen.table, [(1, 0, Made.HOLDS, 0.9)]) == [(1, 0, Made.AROUND, 0.9)]
    assert second.told(seen.table, [(1, 0, Made.PART, 0.9)]) == [(1, 0, Made.PART, 0.9)]
    assert second.told(seen.table, [(1, 0, Made.WHOLE, 0.9)]) == [(1, 0, Made.WHOLE, 0.9)]


def test_a_collage_does_not_join_the_photos_that_it_holds():
    """It is larger than both, and most that was cut from them is seen in it, too."""
    seen = world(
        Photo("a", scene(1)),
        Photo("b", scene(2)),
        Photo("c", scene(3), scale=30.0),
        Photo("d", scene(4), scale=4.0),
    )
    looked = [(0, 2, Made.WITHIN, 0.99), (1, 2, Made.WITHIN, 0.99), (3, 2, Made.PART, 0.98)]
    found = clusters(seen.table, Rule(), closer=second.links(looked))
    assert all(len(cluster.rows) == 2 for cluster in found)
    assert [cluster.centre for cluster in found] in ([0], [1], [3])
