"""Films are looked into by PyAV: facts, pictures at their moments, a poster; what is broken does no harm."""

import contextlib
from pathlib import Path

import numpy as np
import pytest

from keepers.errors import UnreadableError
from keepers.model import Facts
from keepers.read import clip, film
from tests import filming

pytestmark = pytest.mark.slow

NOTHING = Facts("", 0, 0)


def told(path: Path) -> Facts:
    with clip.opened(str(path)) as opened:
        return opened.facts(film.video_facts(str(path)))


@pytest.mark.parametrize(
    ("name", "codec", "size"),
    [
        ("a.mp4", "mpeg4", (160, 120)), ("a.m4v", "mpeg4", (160, 120)), ("a.mov", "mjpeg", (160, 120)),
        ("a.avi", "mpeg4", (160, 120)), ("a.mkv", "mpeg4", (160, 120)), ("a.webm", "libvpx", (160, 120)),
        ("a.3gp", "h263", (176, 144)), ("a.wmv", "wmv2", (160, 120)), ("a.mpg", "mpeg2video", (160, 120)),
        ("a.mts", "mpeg2video", (160, 120)),
    ],
)  # fmt: skip
def test_each_container_tells_size_length_and_codec(tmp_path, name, codec, size):
    source = filming.film(tmp_path / name, filming.scene(1, 2), codec, size=size)

    facts = told(source)

    assert (facts.width, facts.height) == size
    assert facts.seconds == pytest.approx(2.0, abs=0.15)
    assert facts.codec.replace("vp8", "libvpx") == codec
    assert facts.audio is False
    assert facts.bits_per_second == pytest.approx(source.stat().st_size * 8 / 2, rel=0.1)


def test_sound_is_heard_of_but_never_decoded(tmp_path):
    assert told(filming.film(tmp_path / "a.mp4", filming.scene(1), sound=True)).audio is True


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4", "a.wmv"])
def test_the_date_of_the_container_is_a_claim(tmp_path, name):
    codec = "wmv2" if name == "a.wmv" else "mpeg4"
    tags = {"creation_time": "2019-03-04T05:06:07Z"}
    source = filming.film(tmp_path / name, filming.scene(1, 1), codec, tags=tags)

    [claim] = told(source).dates

    assert (claim.source, claim.wall[:19], claim.offset) == ("quicktime:header", "2019-03-04T05:06:07", 0)


@pytest.mark.parametrize("name", ["a.mp4", "a.avi", "a.mkv", "a.ts", "a.mpg"])
def test_exact_pictures_are_those_of_their_moments(tmp_path, name):
    codec = "mpeg2video" if name in {"a.ts", "a.mpg"} else "mpeg4"
    source = filming.film(tmp_path / name, filming.scene(1), codec, gop=40)
    moments = (0.0, 0.5, 1.0, 2.5)

    with clip.opened(str(source), exact=True) as opened:
        pictures = list(opened.exact_pictures(moments))

    assert [picture.moment for picture in pictures] == list(moments)
    frames = list(filming.scene(1))
    for picture in pictures:
        assert picture.at == pytest.approx(picture.moment, abs=0.003)
        shown = frames[round(picture.moment * filming.RATE)].astype(float) @ [0.299, 0.587, 0.114]
        assert np.corrcoef(shown.ravel(), picture.grey.ravel())[0, 1] > 0.97


def test_key_pictures_are_complete_ones_at_or_before_their_moments(tmp_path):
    source = filming.film(tmp_path / "a.mp4", filming.scene(1), gop=24)

    with clip.opened(str(source)) as opened:
        pictures = sorted(opened.key_pictures((0.0, 0.5, 1.5, 2.5)), key=lambda picture: picture.moment)

    assert [round(picture.at, 2) for picture in pictures] == [0.0, 0.0, 1.0, 2.0]


def test_a_film_that_lies_on_its_side_is_shown_upright(tmp_path):
    plain = filming.film(tmp_path / "a.mp4", filming.still(1, 1))
    turned = filming.film(
        tmp_path / "b.mp4", (np.rot90(p, -1) for p in filming.still(1, 1)), size=(120, 160), turned=90
    )

    with clip.opened(str(plain)) as one, clip.opened(str(turned)) as other:
        here, there = one.poster(160), other.poster(160)

    assert (told(turned).width, told(turned).height) == (160, 120)
    assert here.shape == there.shape
    assert np.abs(here.astype(int) - there).mean() < 6


def test_a_poster_shows_something(tmp_path):
    pictures = [*filming.black(1.5), *filming.scene(1, 1.5)]
    source = filming.film(tmp_path / "a.mp4", pictures)

    with clip.opened(str(source)) as opened:
        poster = opened.poster(80)

    assert poster.shape == (60, 80, 3)
    assert poster.std() > 20


def test_what_is_no_film_is_told():
    with pytest.raises(UnreadableError, match="no film"), clip.opened(__file__):
        pass


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("name", ["a.mkv", "a.avi", "a.ts", "a.mp4"])
def test_broken_films_give_what_they_have_or_a_reason(tmp_path, name, share):
    codec = "mpeg2video" if name == "a.ts" else "mpeg4"
    data = filming.film(tmp_path / name, filming.scene(1), codec).read_bytes()
    random = np.random.default_rng(7)
    cut = data[: int(len(data) * share)]
    spoilt = bytearray(data)
    for at in random.integers(64, len(data), 200):
        spoilt[at] = random.integers(0, 256)
    for number, content in enumerate((cut, bytes(spoilt))):
        path = tmp_path / f"{number}{name}"
        path.write_bytes(content)
        with contextlib.suppress(UnreadableError), clip.opened(str(path), exact=True) as opened:
            pictures = list(opened.exact_pictures((0.0, 0.5, 1.0, 2.0)))
            assert all(0 <= picture.at <= 4 for picture in pictures)


def test_a_film_that_claims_too_many_pixels_is_not_decoded(tmp_path):
    source = filming.film(tmp_path / "a.avi", filming.scene(1, 1), "mjpeg")
    data = source.read_bytes()
    frame, claimed = bytes.fromhex("ffc0001108007800a0"), bytes.fromhex("ffc000110820002000")
    assert frame in data
    source.write_bytes(data.replace(frame, claimed))
    pictures: list[clip.Picture] = []

    with contextlib.suppress(UnreadableError), clip.opened(str(source)) as opened:
        pictures += opened.key_pictures((0.0, 0.5))

    assert pictures == []


def test_a_playlist_of_other_files_is_no_film(tmp_path):
    (tmp_path / "secret.mp4").write_bytes(filming.film(tmp_path / "a.mp4", filming.scene(1, 1)).read_bytes())
    (tmp_path / "list.mp4").write_text("ffconcat version 1.0\nfile secret.mp4\n")
    (tmp_path / "list.mkv").write_text("#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:1,\nsecret.mp4\n")

    for name in ("list.mp4", "list.mkv"):
        with pytest.raises(UnreadableError), clip.opened(str(tmp_path / name)):
            pass
