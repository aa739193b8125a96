"""The loopback server by itself, for trying Keepers by hand: `python -m tests.immich --version 2.7.5 --port 2283`."""

import argparse
import contextlib
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from keepers.create import sample
from tests.immich.server import KEY, Server
from tests.immich.state import Face, State

#: Whom the photos show with `--people`.
NAMES = ("Anna", "Ben", "Chris", "chris", "!!!")
#: The short side of Immich's previews.
PREVIEW = 1440


def fill(state: State, files: Iterator[tuple[str, bytes, datetime]]) -> None:
    """Add files as a phone would have uploaded them; what Pillow cannot read gets no picture, as on a real server."""
    for name, data, at in files:
        try:
            with Image.open(io.BytesIO(data)) as opened:
                size, preview = opened.size, _preview(opened)
        except (UnidentifiedImageError, OSError):
            size, preview = (0, 0), b""
        state.add(name, data, size=size, preview=preview, taken=at)


def _preview(image: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(image).convert("RGB")
    scale = PREVIEW / min(upright.size)
    if scale < 1:
        upright = upright.resize((round(upright.width * scale), round(upright.height * scale)))
    made = io.BytesIO()
    upright.save(made, "JPEG", quality=80)
    return made.getvalue()


def populate(state: State) -> None:
    """Let the photos show people, two of whom have one name: every fifth shows two, every sixth nobody."""
    everybody = [state.fresh() for _ in NAMES]
    state.people.update(zip(everybody, NAMES, strict=True))
    for number, one in enumerate(state.assets.values()):
        width, height = one.size
        shown = [] if number % 6 == 5 else everybody[number % 4 : number % 4 + (2 if number % 5 == 4 else 1)]
        for place, person in enumerate(shown):
            side = min(width, height) // (3 + place)
            box = (place * side, 0, place * side + side, side)
            state.faces.append(Face(state.fresh(), one.id, person, box, (width, height)))


def _of(folder: Path) -> Iterator[tuple[str, bytes, datetime]]:
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield file.name, file.read_bytes(), datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _drawn() -> Iterator[tuple[str, bytes, datetime]]:
    for picture in sample.library():
        yield picture.name.rpartition("/")[2], picture.data, picture.at


def serve(words: list[str]) -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser("python -m tests.immich", description=__doc__)
    parser.add_argument("--version", default="3.1.0", help="how to behave: 2.0.0, 2.7.5 or 3.1.0 (default)")
    parser.add_argument(
        "--port", type=int, default=2283, help="default 2283, as Immich has it; 0 for any free one"
    )
    parser.add_argument(
        "--photos", type=Path, help="a folder of photos; without it the sample library is drawn"
    )
    parser.add_argument(
        "--permission", action="append", help="what the key may do, again and again; all by default"
    )
    parser.add_argument("--people", action="store_true", help="let the photos show people")
    given = parser.parse_args(words)
    major, minor, patch = (int(part) for part in given.version.split("."))
    server = Server((major, minor, patch), port=given.port)
    server.keys[KEY] = set(given.permission or ["all"])
    sys.stdout.write("Drawing photos …\n" if given.photos is None else "Reading photos …\n")
    sys.stdout.flush()
    fill(server.state, _of(given.photos) if given.photos else _drawn())
    if given.people:
        populate(server.state)
    sys.stdout.write(
        f"{len(server.state.assets)} photos, like Immich {given.version}; Ctrl-C ends it. In another terminal:\n\n"
        f"export KEEPERS_IMMICH_URL={server.url}\nexport KEEPERS_IMMICH_API_KEY={KEY}\nkeepers immich check\n"
    )
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt), server.http:
        server.http.serve_forever()
    server.stop.set()
    # What differs from Immich's own documents is told here, since no test is there to fail.
    sys.stdout.writelines(f"{one}\n" for one in dict.fromkeys(server.complaints))
    return 1 if server.complaints else 0


if __name__ == "__main__":
    sys.exit(serve(sys.argv[1:]))
