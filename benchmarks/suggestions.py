"""Suggestions: how many of what is in the way are found, and how many normal photos are called so.

    python benchmarks/suggestions.py PHOTOS [--leave PATTERN]... [--made N] [--show]

PHOTOS is any folder of normal photos; names that a PATTERN matches (such as '*screenshot*') are left out. Every photo is
judged as it is: whatever is suggested of it counts as a false alarm. Of each of N photos (default: all) screenshots, pages,
receipts, memes and spoilt versions are made (`_junk.py`), and judged under names that tell nothing. The rules were set on what
was made of five photos, which the hash of their names puts into one half; the other half is held out, and told apart. Of the
normal photos all were seen while the thresholds were set. Intervals are Wilson's, of 95 %.
"""

import argparse
import fnmatch
import hashlib
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from _junk import STYLES, Case, cases
from PIL import Image, ImageOps

from keepers.errors import KeepersError
from keepers.model import Kind
from keepers.read import formats, metadata, pixels
from keepers.score.inspection import LONG_SIDE, inspected
from keepers.score.suggestions import CERTAIN, Known, Suggestion, suggestions

#: The side that photos are spoilt at.
SIDE = 1600
#: Puts the photos that rules were set on into the half that is not held out.
SALT = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """One file: the photo that it is or was made of, what it is (empty: normal), its style, what was suggested."""

    photo: str
    kind: str
    style: str
    told: tuple[Suggestion, ...]

    @property
    def found(self) -> bool:
        """Whether it is suggested as what it is; a receipt may be called a document, and the other way round."""
        pages = {"document", "receipt"}
        return any(one.kind == self.kind or {str(one.kind), self.kind} <= pages for one in self.told)

    @property
    def held_out(self) -> bool:
        """Whether no rule was set on what is made of it."""
        return hashlib.sha256(f"{SALT} {Path(self.photo).name}".encode()).digest()[0] % 2 == 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("photos", type=Path, nargs="?", metavar="PHOTOS")
    parser.add_argument("--leave", action="append", default=[], metavar="PATTERN")
    parser.add_argument("--made", type=int, metavar="N", help="make cases of so many photos")
    parser.add_argument("--show", action="store_true", help="name every false alarm and what was missed")
    options = parser.parse_args()
    if options.photos is None:
        print("give a folder of normal photos: python benchmarks/suggestions.py PHOTOS")
        return 0
    files = [
        path for path in sorted(options.photos.rglob("*")) if path.is_file() and not _left(path, options)
    ]
    distinct = {hashlib.sha256(path.read_bytes()).digest(): path for path in reversed(files)}
    chosen = sorted(distinct.values())
    with ProcessPoolExecutor() as pool:
        normal = [one for one in pool.map(_normal, chosen, chunksize=4) if one is not None]
        _tell_normal(normal, show=options.show)
        sys.stdout.flush()
        # Spread over the folders, since one folder may hold a single scene.
        photos = [Path(one.photo) for one in normal]
        step = 1 if options.made is None else max(1, len(photos) // max(1, options.made))
        made = list(pool.map(_made, photos[::step][: options.made], chunksize=1))
    _tell_made([one for part in made for one in part], show=options.show)
    return 0


def _left(path: Path, options: argparse.Namespace) -> bool:
    return any(fnmatch.fnmatch(str(path), pattern) for pattern in options.leave)


def _normal(path: Path) -> Judged | None:
    try:
        told = _judged(Case(path.read_bytes(), path.name, "", "normal"), path.parent.name)
    except (KeepersError, OSError):
        return None
    return None if told is None else Judged(str(path), "", "normal", told)


def _made(path: Path) -> list[Judged]:
    try:
        image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    except (OSError, ValueError):
        return []
    if max(image.size) < 480:
        return []
    image.thumbnail((SIDE, SIDE))
    return [
        Judged(str(path), case.kind, case.style, _judged(case, "") or ()) for case in cases(image, path.name)
    ]


def _judged(case: Case, folder: str) -> tuple[Suggestion, ...] | None:
    form = formats.sniff(case.data[:4096], case.name)
    if form is None or form.kind is not Kind.PHOTO:
        return None
    facts = metadata.facts(case.data, form)
    seen = inspected(pixels.upright_rgb(case.data, form, facts, LONG_SIDE))
    return tuple(
        one for one in suggestions(Known(facts, case.name, folder), seen) if one.certainty >= CERTAIN
    )


def _tell_normal(normal: list[Judged], *, show: bool) -> None:
    print("normal photos        photos  false alarms")
    for name, part in _halves(normal):
        alarms = [one for one in part if one.told]
        print(f"  {name:<18} {len(part):>6}  {_share(len(alarms), len(part))}")
    counts = Counter(str(one.told[0].kind) for one in normal if one.told)
    print("  by kind:", ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())) or "none")
    for one in normal if show else ():
        for told in one.told:
            print(f"    {told.kind} {told.certainty:.2f} {one.photo}: {'; '.join(told.why)}")


def _tell_made(made: list[Judged], *, show: bool) -> None:
    held = [one for one in made if one.held_out]
    print("made of them, found as what they are     held out                 all")
    for style, (kind, _) in STYLES.items():
        shares = [_found([one for one in part if one.style == style]) for part in (held, made)]
        print(f"  {kind:<12} {style:<22}", *shares)
    right: dict[str, list[bool]] = defaultdict(list)
    for one in held:
        for told in one.told:
            right[str(told.kind)].append(Judged(one.photo, one.kind, one.style, (told,)).found)
    print("what is suggested of the held-out cases is right")
    for kind, hits in sorted(right.items()):
        print(f"  {kind:<12} {_share(sum(hits), len(hits))}")
    for one in made if show else ():
        if not one.found:
            print(
                f"    missed: {one.style} of {one.photo}: {[(str(told.kind), told.certainty) for told in one.told]}"
            )


def _halves(judged: list[Judged]) -> Iterator[tuple[str, list[Judged]]]:
    yield "held out", [one for one in judged if one.held_out]
    yield "all", judged


def _found(part: list[Judged]) -> str:
    return _share(sum(one.found for one in part), len(part))


def _share(hits: int, count: int) -> str:
    """A share with its interval (E. B. Wilson, 1927)."""
    if not count:
        return "-"
    share, z = hits / count, 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * (share * (1 - share) / count + z * z / (4 * count * count)) ** 0.5
    return f"{hits:>3}/{count:<3} {share:.3f} ({max(0.0, middle - half):.3f}-{min(1.0, middle + half):.3f})"


if __name__ == "__main__":
    sys.exit(main())
