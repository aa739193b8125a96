"""Files that are copied at once end as those that are copied one by one."""

import os
from pathlib import Path

from keepers.actions import Action, Copy, Move
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, Ref
from keepers.places.local import LocalPlace
from keepers.ports import End, Task


def tasks(folder: Path) -> list[Task]:
    """Forty copies and moves into ten folders; one source is gone, one has changed, one name is taken."""
    made: list[Task] = []
    for number in range(40):
        data = f"photo {number}".encode() * 1000
        source = folder / f"in/{number % 3}/{number}.jpg"
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_bytes(data)
        os.utime(source, ns=(5, 10**18 + number))
        kind = Copy if number % 2 else Move
        target = Ref(LOCAL, str(folder / f"out/{number % 10}/{number}.jpg"))
        action: Action = kind(Ref(LOCAL, str(source)), target, content_id(data), len(data))
        made.append(Task(action, f"t{number}"))
    (folder / "in/0/3.jpg").unlink()
    (folder / "in/1/7.jpg").write_bytes(b"other")
    (folder / "out/5").mkdir(parents=True)
    (folder / "out/5/5.jpg").write_bytes(b"mine")
    return made


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and path.name not in {"7.jpg", "5.jpg"}
    }


def performed(folder: Path, threads: int) -> tuple[list[tuple[End, str]], dict[str, tuple[bytes, int]]]:
    outcomes = LocalPlace([str(folder)], threads=threads).perform(tasks(folder), lambda: None)
    assert [number for number, outcome in enumerate(outcomes) if outcome.end is not End.DONE] == [3, 5, 7]
    assert (folder / "out/5/5.jpg").read_bytes() == b"mine"
    assert not list(folder.rglob(".keepers-*"))
    return [(outcome.end, outcome.why) for outcome in outcomes], state(folder)


def test_outcomes_do_not_depend_on_threads(tmp_path: Path) -> None:
    assert performed(tmp_path / "one", 1) == performed(tmp_path / "four", 4)
