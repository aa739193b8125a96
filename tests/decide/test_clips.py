"""Which copy of a clip is kept, as a table: pixels, sound, the camera's facts, bits, length."""

import pytest

from keepers.decide.keep import decide
from keepers.model import LOCAL, Asset, Bundle, ContentId, Facts, Group, GroupKind, Kind, Ref
from keepers.score.weights import Weights

PLAIN = Facts("mp4", 1920, 1080, seconds=20.0, audio=True, bits_per_second=8_000_000, codec="h264")


def decided(*known: Facts):
    members = tuple(
        Bundle(Asset(Ref(LOCAL, f"/v/{name}.mp4"), Kind.VIDEO, 1000, "1000:1:1", ContentId(f"b3:{name}")))
        for name, _ in zip("abcdef", known, strict=False)
    )
    facts = dict(zip((bundle.main.content for bundle in members), known, strict=True))
    return decide(Group("g", GroupKind.SAME_CLIP, members), {}, facts, Weights())


def kept(*known: Facts) -> str:
    return "".join(ref.key[3] for ref in decided(*known).keep)


@pytest.mark.parametrize(
    ("others", "keep"),
    [
        ([PLAIN._replace(width=1280, height=720, bits_per_second=20_000_000)], "a"),
        ([PLAIN._replace(width=3840, height=2160, bits_per_second=4_000_000)], "b"),
        # A side that a codec rounds up is no better picture.
        ([PLAIN._replace(height=1088, bits_per_second=2_000_000)], "a"),
        ([PLAIN._replace(audio=False, bits_per_second=16_000_000)], "a"),
        ([PLAIN._replace(camera="Apple iPhone 14", bits_per_second=6_000_000)], "b"),
        ([PLAIN._replace(bits_per_second=9_000_000)], "b"),
        # Half the bits of HEVC show as much.
        ([PLAIN._replace(codec="hevc", bits_per_second=6_000_000)], "b"),
        ([PLAIN._replace(codec="mjpeg", bits_per_second=20_000_000)], "a"),
        ([PLAIN._replace(seconds=20.4)], "b"),
        # More pixels without sound, and sound with fewer pixels: both stay.
        ([PLAIN._replace(width=3840, height=2160, audio=False)], "ab"),
        # What is cut off is worth a copy of its own.
        ([PLAIN._replace(width=3840, height=2160, seconds=18.0)], "ab"),
        ([PLAIN._replace(width=640, height=360, rating=4)], "ab"),
    ],
)
def test_the_best_copy_of_a_clip_stays(others, keep):
    assert kept(PLAIN, *others) == keep


def test_the_reasons_say_what_is_better():
    decision = decided(PLAIN, PLAIN._replace(width=640, height=360, audio=False, bits_per_second=700_000))

    best, other = decision.scores

    assert best.reasons == ("1920 x 1080", "with sound", "most bits: 8.0 Mbit/s H264")
    assert other.reasons == ("only 640 x 360", "without sound", "fewer bits: 700 kbit/s H264")
    assert best.value > other.value
    assert "b.mp4 would be kept if the pick were not ahead in this: 1920 x 1080" in decision.flip


def test_a_silent_clip_loses_nothing_where_all_are_silent():
    decision = decided(PLAIN._replace(audio=False), PLAIN._replace(audio=False))

    assert [score.parts["sound"] for score in decision.scores] == [1.0, 1.0]
