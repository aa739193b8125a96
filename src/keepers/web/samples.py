"""Samples of bands: what must have been shown before a band is accepted as a whole."""

import secrets

from keepers.web.answers.groups import Band


class Samples:
    """Which samples were drawn, and what the groups then were; the latest hundred."""

    def __init__(self) -> None:
        self._drawn: dict[str, tuple[Band, int]] = {}

    def add(self, band: Band, revision: int) -> str:
        """Remember a sample; its name."""
        name = secrets.token_urlsafe(12)
        self._drawn[name] = (band, revision)
        for old in list(self._drawn)[:-100]:
            del self._drawn[old]
        return name

    def find(self, name: str, band: Band) -> int | None:
        """The latest revision when the sample of this name was drawn; None where there is none of that band."""
        found = self._drawn.get(name)
        return found[1] if found is not None and found[0] is band else None
