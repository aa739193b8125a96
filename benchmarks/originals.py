"""Versions of one picture: is the copy that is kept the original, not one of its edits?

    python benchmarks/originals.py DATA_DIR

DATA_DIR holds `near/groups.json` (originals and their edits). Runs the real `keepers group` on a fresh catalog.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from _intervals import share


def main() -> int:
    if len(sys.argv) < 2:
        print("give the folder of labelled photos: python benchmarks/originals.py DATA_DIR")
        return 0
    folder = Path(sys.argv[1]).absolute()
    labels = json.loads((folder / "near" / "groups.json").read_text("utf-8"))["groups"]
    originals = {
        str(folder / member["path"])
        for group in labels
        for member in group["members"]
        if member["edit"] == "original"
    }
    kept: list[bool] = []
    for group in _groups(folder / "near"):
        paths = {place: member["keep"] for member in group for place in (member["path"], *member["copies"])}
        found = originals & set(paths)
        if not found:
            continue
        kept.append(any(paths[path] for path in found))
        if not kept[-1]:
            print("    kept:", *(path for path, keep in paths.items() if keep), "instead of", *found)
    print(f"the original is kept: {share(enumerate(kept))}")
    return 0


def _groups(source: Path) -> list[list[dict[str, Any]]]:
    with tempfile.TemporaryDirectory() as room:
        command = [
            Path(sys.executable).with_name("keepers"),
            "group",
            source,
            "--json",
            "--kind",
            "same-picture",
        ]
        done = subprocess.run(
            [*command, "--catalog", Path(room) / "catalog.db", "-q"], capture_output=True, check=False
        )
        return [group["members"] for group in json.loads(done.stdout)["groups"]]


if __name__ == "__main__":
    sys.exit(main())
