"""What an import must not pass over: companions of no photo; and what it must not touch: files that have rotted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from keepers.catalog import photos
from keepers.catalog.store import Catalog
from keepers.decide.destination import split
from keepers.decide.template import Template, parsed
from keepers.model import Bundle, Ref

#: The folder of the library that they go to.
FOLDER: Final = "without-photo"


@dataclass(frozen=True, slots=True)
class Lone:
    """Companions of no photo: those that an import takes along, and those that stay, with the reason."""

    bundles: tuple[Bundle, ...]
    stay: Mapping[str, str] = field(default_factory=dict[str, str])


def place() -> Template:
    """Where they go: a place of their own, and in there the folders that they came from."""
    return parsed(f"{FOLDER}/{{folder}}/{{name}}")


def companions(catalog: Catalog, roots: Sequence[str], left: Iterable[tuple[str, str]]) -> Lone:
    """The companions of no photo at or below the roots; `left` are files that stay where they are.

    A sidecar of a file that cannot be read today, or of a kind that Keepers does not know, is parted from it by no
    import (hazard 5).
    """
    near = _by_stem(path for path, _ in left)
    taken: list[Bundle] = []
    stay: dict[str, str] = {}
    for asset in photos.lone_companions(catalog, roots):
        folder, _, name = asset.ref.key.rpartition("/")
        owner = next((near[folder, stem] for stem in _stems(name) if (folder, stem) in near), "")
        if owner:
            stay[asset.ref.key] = f"it seems to belong to {owner}, which stays"
        elif not asset.size:
            stay[asset.ref.key] = "it belongs to no photo, and is empty"
        else:
            taken.append(Bundle(asset))
    return Lone(tuple(taken), stay)


def rotten(bundles: Iterable[Bundle], wrong: Mapping[str, str]) -> dict[Ref, str]:
    """Every file of photos of which one was wrong when it was read again, and why it stays."""
    found: dict[Ref, str] = {}
    for bundle in bundles:
        bad = [asset.ref for asset in bundle.assets if asset.ref.key in wrong]
        for asset in bundle.assets if bad else ():
            found[asset.ref] = (
                f"{wrong[asset.ref.key]}; keepers verify says where a good copy is"
                if asset.ref in bad
                else f"it belongs to {bad[0].key.rpartition('/')[2]}, which was found damaged"
            )
    return found


def _by_stem(paths: Iterable[str]) -> dict[tuple[str, str], str]:
    """Names by folder and by all that a companion of theirs may be called before its ending."""
    found: dict[tuple[str, str], str] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        for stem in (name.casefold(), split(name.casefold())[0]):
            found.setdefault((folder, stem), name)
    return found


def _stems(name: str) -> Iterable[str]:
    """What the owner of `a.psd.xmp` may be called: a.psd, or a."""
    stem = split(name.casefold())[0]
    yield stem
    yield split(stem)[0]
