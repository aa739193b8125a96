"""What an import must not pass over: companions of no photo; and what it must not touch: files that have rotted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from keepers.actions import Copy, Move, Trash
from keepers.catalog import copies, library, photos, verified
from keepers.catalog.store import Catalog
from keepers.decide.destination import split
from keepers.decide.template import Template, parsed
from keepers.errors import UnreadableError
from keepers.model import LOCAL, Bundle, ContentId, Ref

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


@dataclass(frozen=True, slots=True)
class Doubts:
    """How to find out whether what was wrong still is; `reread` names the bytes as the disk gives them back."""

    catalog: Catalog
    reread: Callable[[Ref], ContentId]
    now: str

    def wrong(self, roots: Sequence[str], wanted: Iterable[Bundle]) -> dict[str, str]:
        """Files at or below the roots whose bytes were found wrong, and what was wrong.

        Those that matter, for the same bytes are wanted, are read again: a person may have put them back as `verify`
        told, with their old date.
        """
        told = copies.wrong(self.catalog, roots)
        if not told:
            return told
        contents = {asset.content for bundle in wanted for asset in bundle.assets}
        known = (one for one in verified.known(self.catalog, roots) if one.path in told)
        good = [one for one in known if one.content in contents and self._holds(one)]
        rows = [verified.Reread(one.path, one.revision, "") for one in good]
        if rows:
            verified.note(self.catalog, rows, self.now)
        healed = {one.path for one in good}
        return {path: why for path, why in told.items() if path not in healed}

    def _holds(self, one: verified.Known) -> bool:
        try:
            return self.reread(Ref(LOCAL, one.path)) == one.content
        except (OSError, UnreadableError):
            return False


def rejoined(
    target: str, there: Iterable[library.File], ours: Mapping[str, ContentId], actions: Iterable[Copy | Move]
) -> tuple[Trash, ...]:
    """Take away our own copies in that place whose photo comes now, with the same companion beside it.

    Each goes only after the one beside the photo has been read again. `ours` are the files that Keepers placed.
    """
    folder = f"{target.rstrip('/')}/{FOLDER}/"
    homes = {
        (one.content, one.source.key.rpartition("/")[2]): one.target
        for one in actions
        if not one.target.key.startswith(folder)
    }
    found: list[Trash] = []
    for file in there:
        home = homes.get((file.content, file.path.rpartition("/")[2]))
        if home is not None and file.path.startswith(folder) and ours.get(file.path) == file.content:
            ref = Ref(LOCAL, file.path)
            copied = Copy(home, ref, file.content, file.size)
            because = "lies beside its photo now"
            found.append(Trash(ref, file.content, file.size, undoes=copied, because=because))
    return tuple(found)


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
