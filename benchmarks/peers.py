"""Peers on the same files: CPU seconds of the whole process tree, start-up included, as ratios.

Peers live in throw-away virtual environments under .cache/peers, never in ours. With --install the
missing ones are fetched (imagededup brings torch, about 1 GB); without, they are said to be absent.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from _work import Cost, adopt_orphans, arguments, cost, floor_command, middle, photos, shares, workplace

VENVS = Path(__file__).resolve().parents[1] / ".cache" / "peers"
KEEPERS = str(Path(sys.executable).with_name("keepers"))


@dataclass(frozen=True, slots=True)
class Peer:
    """Another tool: what to install, in turns, how to run it on a folder, how much faster we want to be."""

    name: str
    packages: tuple[tuple[str, ...], ...]
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
        (("czkawka",),),
        """
import sys
from pathlib import Path
from czkawka import ImageSimilarity
finder = ImageSimilarity()
finder.set_directories([Path(sys.argv[1])])
finder.find_similar()
""",
        2.5,
    ),
    Peer(
        "imagehash",
        (("ImageHash",),),
        """
import sys
from pathlib import Path
import imagehash
from PIL import Image
hashes = [imagehash.phash(Image.open(path)) for path in sorted(Path(sys.argv[1]).rglob("*.jpg"))]
pairs = [(i, j) for i, one in enumerate(hashes) for j in range(i) if one - hashes[j] <= 10]
""",
        3.0,
    ),
    Peer(
        "imagededup",
        (("torch==2.13.0",), ("imagededup",)),
        """
import sys
from imagededup.methods import PHash
if __name__ == "__main__":
    PHash(verbose=False).find_duplicates(image_dir=sys.argv[1], max_distance_threshold=10)
""",
        5.0,
    ),
)


def main() -> None:
    parser = arguments(__doc__, files=400, large=60)
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
            sets = {
                f"{options.files} x 2 MP": (folder / "small", photos(folder / "small", options.files, 2)),
                f"{options.large} x 12 MP": (folder / "large", photos(folder / "large", options.large, 12)),
            }
        floor = floor_command(folder)
        for name, (source, files) in sets.items():
            compare(name, source, files, options.rounds, folder, floor)


def compare(
    name: str, source: Path, files: Sequence[Path], rounds: int, folder: Path, floor: list[str]
) -> None:
    """Run all by turns on the same files; print medians as ratios to Keepers and to the floor."""
    there = [peer for peer in PEERS if peer.ready.exists()]
    costs: dict[str, list[Cost]] = {key: [] for key in ("floor", "keepers", *(peer.name for peer in there))}
    for turn in range(rounds):
        # A fresh home each time: czkawka would remember its hashes.
        home = folder / name.replace(" ", "_") / str(turn)
        home.mkdir(parents=True)
        places = {key: str(home) for key in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
        costs["floor"].append(cost([floor], shares(files, 1)))
        ours = [KEEPERS, "group", str(source), "--catalog", str(home / "catalog.db"), "-q"]
        costs["keepers"].append(cost([ours], KEEPERS_FACES="none", **places))
        for peer in there:
            script = folder / f"run_{peer.name}.py"
            script.write_text(peer.program, encoding="utf-8")
            costs[peer.name].append(cost([[str(peer.python), str(script), str(source)]], **places))
    least, ours_middle = middle(costs["floor"]), middle(costs["keepers"])
    print(f"{name}: CPU seconds with start-up, ratio to the floor, ratio to Keepers")
    goals = {peer.name: f"goal {peer.goal:g}" for peer in PEERS}
    for key, runs in costs.items():
        used = middle(runs).cpu
        ratios = f"{used / least.cpu:7.2f} {used / ours_middle.cpu:7.2f}"
        print(f"  {key:12}{used:8.2f} s {ratios}  {goals.get(key, '')}")
    for peer in PEERS:
        if peer not in there:
            print(f"  {peer.name:12}absent; `{Path(sys.argv[0]).name} --install` fetches it")


def install(peer: Peer) -> None:
    """Give a peer an environment of its own."""
    if peer.ready.exists():
        return
    subprocess.run([sys.executable, "-m", "venv", VENVS / peer.name], check=True)
    for packages in peer.packages:
        done = subprocess.run([peer.python, "-m", "pip", "install", "-q", *packages], check=False)
        if done.returncode != 0:
            print(f"{peer.name}: {' '.join(packages)} could not be installed")
            return
    peer.ready.touch()


if __name__ == "__main__":
    main()
