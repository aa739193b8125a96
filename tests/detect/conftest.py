"""The face back end, where the installation has its models."""

import pytest

from keepers.detect.choose import backend, choose
from keepers.detect.installed import NONE


@pytest.fixture(scope="session")
def faces():
    choice = choose("auto")
    if choice.name == NONE:
        pytest.skip(f"{choice.word} (built with KEEPERS_MODELS=skip?)")
    return backend(choice.name, "")
