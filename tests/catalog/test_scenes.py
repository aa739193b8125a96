"""Embeddings of scenes, and what servers call alike, are remembered as they were."""

import numpy as np

from keepers.catalog import alike, scenes
from keepers.model import PlaceId
from tests.catalog.test_points import BROKEN, ONE, OTHER, opened

SERVER = PlaceId("immich")


def halves(*numbers):
    return np.array(numbers, np.float16).tobytes()


def test_embeddings_are_read_back_by_their_method_alone(tmp_path):
    catalog = opened(tmp_path)
    scenes.remember(catalog, "a-1", [(ONE, halves(0.5, 0.25)), (OTHER, halves(1, 0)), (BROKEN, b"")])
    assert scenes.known(catalog, "a-1") == {1, 2, 3}
    rows, units = scenes.stored(catalog, "a-1", [3, 2, 1])
    assert rows.tolist() == [1, 2]
    assert units.tolist() == [[0.5, 0.25], [1.0, 0.0]]
    assert units.dtype == np.float32
    assert scenes.known(catalog, "a-2") == set()
    assert scenes.stored(catalog, "a-2", [1, 2])[0].tolist() == []


def test_another_method_takes_the_place_of_an_older_one(tmp_path):
    catalog = opened(tmp_path)
    scenes.remember(catalog, "a-1", [(ONE, halves(1, 0))])
    scenes.remember(catalog, "a-2", [(ONE, halves(0, 1, 0))])
    assert scenes.known(catalog, "a-1") == set()
    assert scenes.stored(catalog, "a-2", [1])[1].tolist() == [[0.0, 1.0, 0.0]]


def test_what_a_server_called_alike_counts_while_it_had_the_same_to_choose_from(tmp_path):
    catalog = opened(tmp_path)
    alike.remember(catalog, SERVER, "then", {"a": ("b", "c"), "d": ()})
    assert alike.known(catalog, SERVER, "then") == {"a": ("b", "c"), "d": ()}
    assert alike.known(catalog, SERVER, "now") == {}
    assert alike.known(catalog, PlaceId("immich@other"), "then") == {}
    alike.remember(catalog, SERVER, "now", {"a": ("e",)})
    assert alike.known(catalog, SERVER, "now") == {"a": ("e",)}
    assert alike.known(catalog, SERVER, "then") == {"d": ()}
