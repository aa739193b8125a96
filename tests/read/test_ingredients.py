"""The names of what a picture of ours was made of, from bytes that may hold anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepers.create import composite
from keepers.read import ingredients


@pytest.mark.parametrize(
    "parts",
    [("IMG_1.jpg", "IMG_2.jpg"), ('ä & <b> ".jpg', "日本.heic"), ()],
)
def test_names_come_back_as_they_were_written(parts: tuple[str, ...]):
    packet = composite.packet(b"", parts)
    assert ingredients.names(b"\xff\xd8 before" + packet + b"behind") == parts


@given(st.binary(max_size=200), st.integers(0, 600))
def test_damaged_bytes_tell_nothing_and_break_nothing(noise: bytes, at: int):
    packet = composite.packet(b"", ("IMG_1.jpg",))
    found = ingredients.names(packet[:at] + noise + packet[at:])
    assert all(isinstance(name, str) for name in found)
    assert ingredients.names(noise) == ()


def test_a_hostile_packet_tells_nothing():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&a;</x:xmpmeta>'
    assert ingredients.names(bomb) == ()
