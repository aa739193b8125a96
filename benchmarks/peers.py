"""Peers on the same files: CPU seconds of the whole process tree, start-up included, as ratios.

The job is to find the similar photos of a folder that nobody has looked at yet. All run by turns, after a
first turn that warms the cache and shows that each finds the copy planted among the photos.

Peers live in throw-away virtual environments under .cache/peers, never in ours. With --install the
missing ones are fetched (imagededup brings torch, about 3 GB); without, they are said to be absent.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from _work import Cost, adopt_orphans, arguments, cost, floor_command, middle, photos, shares, workplace
from PIL import Image

VENVS = Path(__file__).resolve().parents[1] / ".cache" / "peers"
KEEPERS = str(Path(sys.executable).with_name("keepers"))
#: A recompressed copy of the first photo.
PLANTED = "PLANTED.jpg"
OURS = "hashes of the bytes, three perceptual hashes, Exif, catalog; all kinds of groups, keepers picked"
FLOOR = "reads, and decodes the grey values at 1/8"


@dataclass(frozen=True, slots=True)
class Peer:
    """Another tool: what it does, what to install, how to run it, how much faster we want to be."""

    name: str
    does: str
    package: str
    program: str
    goal: float

    @property
    def python(self) -> Path:
        """The interpreter of its environment."""
        return VENVS / self.name / "bin" / "python"

    @property
    def ready(self) -> Path:
        """A file that is there when all packages are."""
        return VENVS / self.name / "ready"


PEERS = (
    Peer(
        "czkawka",
        "one perceptual hash, threads; its own search and groups",
        "czkawka",
        """
import sys
from pathlib import Path
from czkawka import ImageSimilarity
finder = ImageSimilarity()
finder.set_directories([Path(sys.argv[1])])
print(finder.find_similar())
""",
        2.5,
    ),
    Peer(
        "imagehash",
        "phash of each photo, one process; every two compared",
        "ImageHash",
        """
import sys
from pathlib import Path
import imagehash
from PIL import Image
paths = sorted(Path(sys.argv[1]).rglob("*.jpg"))
hashes = [imagehash.phash(Image.open(path)) for path in paths]
print([(paths[i], paths[j]) for i, one in enumerate(hashes) for j in range(i) if one - hashes[j] <= 10])
""",
        3.0,
    ),
    Peer(
        "imagededup",
        "PHash, processes; every two compared",
        "imagededup",
        """
import sys
from imagededup.methods import PHash
if __name__ == "__main__":
    found = PHash(verbose=False).find_duplicates(image_dir=sys.argv[1], max_distance_threshold=10)
    print([(one, others) for one, others in found.items() if others])
""",
        5.0,
    ),
)


def main() -> None:
    parser = arguments(__doc__, files=1200, large=120)
    parser.add_argument("--install", action="store_true", help="fetch the peers that are absent")
    options = parser.parse_args()
    if options.install:
        for peer in PEERS:
            install(peer)
    adopt_orphans()
    with workplace(options.tmp) as folder:
        if options.folder:
            sets = {"given files": (options.folder, sorted(options.folder.rglob("*.jp*g")))}
        else:
            small, large = folder / "small", folder / "large"
            sets = {
                f"{options.files} x 2 MP": planted(small, photos(small, options.files, 2)),
                f"{options.large} x 12 MP": planted(large, photos(large, options.large, 12)),
            }
        floor = floor_command(folder)
        for name, (source, files) in sets.items():
            compare(name, source, files, options.rounds, folder, floor)


def compare(
    name: str, source: Path, files: Sequence[Path], rounds: int, folder: Path, floor: list[str]
) -> None:
    """Run all by turns on the same files; print medians as ratios to Keepers and to the floor."""
    there = [peer for peer in PEERS if peer.ready.exists()]
    found = {"floor": "", "keepers": "", **{peer.name: "" for peer in there}}
    costs: dict[str, list[Cost]] = {key: [] for key in found}
    for turn in range(rounds + 1):
        # A fresh home each time: czkawka would remember its hashes.
        home = folder / name.replace(" ", "_") / str(turn)
        home.mkdir(parents=True)
        places = {key: str(home) for key in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
        catalog = str(home / "catalog.db")
        commands = {"keepers": [KEEPERS, "group", str(source), "--catalog", catalog, "-q", "--json"]}
        for peer in there:
            script = folder / f"run_{peer.name}.py"
            script.write_text(peer.program, encoding="utf-8")
            commands[peer.name] = [str(peer.python), str(script), str(source)]
        if turn == 0:
            found.update({key: looked(command, places) for key, command in commands.items()})
            continue
        costs["floor"].append(cost([floor], shares(files, 1)))
        for key, command in commands.items():
            costs[key].append(cost([command], KEEPERS_FACES="none", **places))
    table(name, costs, found)


def looked(command: Sequence[str], places: dict[str, str]) -> str:
    """Run a tool once, to warm the cache; whether it finds the planted copy."""
    environment = {**os.environ, "KEEPERS_FACES": "none", **places}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    # What it leaves behind would be counted for the next one.
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr[-500:]}")
    return "" if PLANTED in done.stdout else "did not find the copy"


def table(name: str, costs: dict[str, list[Cost]], found: dict[str, str]) -> None:
    """Print the medians."""
    least, ours = middle(costs["floor"]), middle(costs["keepers"])
    says = {"floor": FLOOR, "keepers": OURS, **{peer.name: peer.does for peer in PEERS}}
    goals = {peer.name: f"{peer.goal:g}" for peer in PEERS}
    print(f"{name}: {'CPU seconds':>18} {'of floor':>9} {'of Keepers':>11} {'goal':>5}")
    for key, runs in costs.items():
        used = middle(runs).cpu
        ratios = f"{used / least.cpu:9.2f} {used / ours.cpu:11.2f} {goals.get(key, ''):>5}"
        print(f"  {key:<12}{used:17.2f} {ratios}  {says[key]} {found[key]}".rstrip())
    for peer in PEERS:
        if peer.name not in costs:
            print(f"  {peer.name:12}absent; `{Path(sys.argv[0]).name} --install` fetches it")


def planted(source: Path, files: list[Path]) -> tuple[Path, list[Path]]:
    """Put a recompressed copy among drawn photos."""
    copy = source / PLANTED
    with Image.open(files[0]) as photo:
        photo.save(copy, "JPEG", quality=80, exif=photo.getexif())
    return source, [*files, copy]


def install(peer: Peer) -> None:
    """Give a peer an environment of its own."""
    if peer.ready.exists():
        return
    subprocess.run([sys.executable, "-m", "venv", VENVS / peer.name], check=True)
    done = subprocess.run([peer.python, "-m", "pip", "install", "-qq", peer.package], check=False)
    if done.returncode != 0:
        print(f"{peer.name}: {peer.package} could not be installed")
        return
    peer.ready.touch()


if __name__ == "__main__":
    main()
