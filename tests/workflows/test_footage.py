"""Which films are copies of one clip: the whole way, from bytes to groups."""

from pathlib import Path

import numpy as np
import pytest

from keepers.fingerprint import clips as prints
from keepers.group import clips
from keepers.model import ContentId, Facts
from keepers.read import film
from keepers.workflows import footage
from keepers.workflows.job import Footage
from tests import filming

pytestmark = pytest.mark.slow


def table(known: list[bytes]) -> prints.Clips:
    seen = [one for one in map(prints.unpacked, known) if one is not None]
    count = len(seen)
    return prints.Clips(
        content=np.arange(count),
        seconds=np.array([one.seconds for one in seen]),
        step=np.array([prints.step(one.seconds) for one in seen]),
        audio=np.array([one.audio for one in seen]),
        complete=np.array([one.complete for one in seen]),
        width=np.full(count, 160, np.int32),
        height=np.full(count, 120, np.int32),
        size=np.arange(count) + 1,
        taken=np.full(count, np.nan),
        samples=np.stack([prints.row(one) for one in seen]),
    )


def copies(*paths: Path) -> list[str]:
    """The names of the films in each group, as one word a group."""
    known = [footage.learned(str(path), film.video_facts(str(path)))[1] for path in paths]
    for row in clips.doubtful(table(known)):
        known[row] = footage.compared(Footage(str(paths[row]), ContentId("b3:"), known[row], 0))
    found = table(known)
    assert not clips.doubtful(found)
    return sorted("".join(paths[row].stem for row in cluster.rows) for cluster in clips.same_clip(found))


def test_re_encoded_resized_and_remuxed_copies_are_found(tmp_path):
    a = filming.film(tmp_path / "a.mp4", filming.scene(1))
    b = filming.film(tmp_path / "b.webm", filming.scene(1), "libvpx", gop=100, bits=300_000)
    c = filming.film(tmp_path / "c.avi", filming.scene(1), size=(96, 72), gop=7, bits=120_000)
    d = filming.remuxed(a, tmp_path / "d.mkv")
    e = filming.film(tmp_path / "e.mpg", filming.scene(1), "mpeg2video", size=(320, 240))
    f = filming.film(tmp_path / "f.mov", filming.scene(1), "mjpeg", rate=12)
    other = filming.film(tmp_path / "x.mp4", filming.scene(2))

    assert copies(a, b, c, d, e, f, other) == ["abcdef"]


def test_with_and_without_sound_it_is_one_clip(tmp_path):
    a = filming.film(tmp_path / "a.mp4", filming.scene(1), sound=True)
    b = filming.film(tmp_path / "b.mp4", filming.scene(1), bits=400_000)

    assert copies(a, b) == ["ab"]


def test_a_shared_first_picture_or_intro_proves_nothing(tmp_path):
    intro = list(filming.scene(9, 1.5))
    a = filming.film(tmp_path / "a.mp4", [*intro, *filming.scene(1, 1.5)])
    b = filming.film(tmp_path / "b.mp4", [*intro, *filming.scene(2, 1.5)])
    c = filming.film(tmp_path / "c.mp4", [intro[0], *filming.scene(3, 3)])
    d = filming.film(tmp_path / "d.mp4", [intro[0], *filming.scene(4, 3)])

    assert copies(a, b, c, d) == []


def test_black_beginnings_and_black_films_prove_nothing(tmp_path):
    a = filming.film(tmp_path / "a.mp4", [*filming.black(1), *filming.scene(1, 2)])
    b = filming.film(tmp_path / "b.mp4", [*filming.black(1), *filming.scene(2, 2)])
    c = filming.film(tmp_path / "c.mp4", [*filming.black(1), *filming.scene(1, 2)], gop=5, bits=300_000)
    d = filming.film(tmp_path / "d.mp4", filming.black(3))
    e = filming.film(tmp_path / "e.mp4", filming.black(3), gop=3)

    assert copies(a, b, c, d, e) == ["ac"]


def test_a_part_of_a_clip_is_no_copy_of_it(tmp_path):
    whole = filming.film(tmp_path / "a.mp4", filming.scene(1, 3))
    beginning = filming.film(tmp_path / "b.mp4", filming.scene(1, 2))
    end = filming.film(tmp_path / "c.mp4", filming.scene(1, 2, first=1))

    assert copies(whole, beginning, end) == []


def test_two_recordings_from_one_tripod_are_two_clips(tmp_path):
    takes = [filming.film(tmp_path / f"{n}.mp4", filming.tripod(n)) for n in range(1, 4)]
    again = filming.film(tmp_path / "9.mp4", filming.tripod(1), bits=500_000, gop=30)

    assert copies(*takes, again) == ["19"]


@pytest.mark.parametrize(("sound", "found"), [(False, ["ab"]), (True, [])])
def test_a_film_that_stands_still_is_told_apart_by_its_sound(tmp_path, sound, found):
    a = filming.film(tmp_path / "a.mp4", filming.still(1), sound=sound)
    b = filming.film(tmp_path / "b.mp4", filming.still(1), sound=sound, bits=300_000)

    assert copies(a, b) == found


def test_an_untouched_end_or_a_light_change_makes_no_other_clip(tmp_path):
    brighter = ((picture.astype(float) * 0.8 + 30).astype(np.uint8) for picture in filming.scene(1))
    a = filming.film(tmp_path / "a.mp4", filming.scene(1))
    b = filming.film(tmp_path / "b.mp4", brighter)
    c = filming.film(tmp_path / "c.mp4", filming.scene(1, 2.9))

    assert copies(a, b, c) == ["abc"]


def test_a_film_without_a_picture_is_remembered_as_such(tmp_path):
    path = tmp_path / "a.mp4"
    data = filming.film(path, filming.scene(1, 1)).read_bytes()
    start = data.index(b"mdat") + 4
    path.write_bytes(data[:start] + bytes(len(data) - start) if data.index(b"moov") < start else data)
    facts, data = footage.learned(str(path), film.video_facts(str(path)))

    known = prints.unpacked(data)

    assert facts.width == 160
    assert known is not None
    assert known.complete or len(known.samples)


def test_the_film_of_a_live_photo_is_left_for_later(tmp_path):
    path = filming.film(tmp_path / "a.mov", filming.scene(1, 1))
    header = film.video_facts(str(path))._replace(live_id="ED2A")

    assert footage.learned(str(path), header) == (header, b"")
    assert prints.unpacked(footage.compared(Footage(str(path), ContentId("b3:"), b"", 0))) is not None


def test_a_poster_is_drawn_where_none_can_be_had(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(200))

    drawn = footage.poster(str(path), 160)

    assert drawn.shape == (90, 160, 3)
    assert len(np.unique(drawn)) == 2


def test_facts_of_the_header_stay_where_pictures_cannot_be_decoded(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(200))
    header = Facts("mp4", 320, 240, seconds=4.0)

    assert footage.learned(str(path), header) == (header, footage.NOTHING)
