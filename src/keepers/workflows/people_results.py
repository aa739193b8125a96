"""What came of sorting, photo by photo, in the words that the old tool's hook had."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from keepers.actions import Copy, Move
from keepers.apply.run import Problem
from keepers.model import Ref
from keepers.plan.import_plan import Outcome
from keepers.plan.people_plan import Placed
from keepers.workflows.people_sorting import Left, Prepared, done

SUCCESS, SKIPPED, ERROR = "success", "skipped", "error"
_REASONS: Final = {Outcome.THERE: "already-there", Outcome.TWICE: "same-bytes"}
#: Reasons that are no fault of anybody's, and those that are.
_FAULTS: Final = frozenset({"unreadable", "refused", "failed", "not-found", "unreachable", "settings"})


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one photo and one folder.

    `status` is success, skipped or error; `action` is copied, sorted (which is moved), linked or skipped; `reason` a word for
    programs, empty where it went well; `files` are all that belong to the photo.
    """

    path: str
    status: str
    action: str
    reason: str
    person_name: str | None
    faces_found: int
    target_path: str | None
    message: str
    files: tuple[str, ...] = ()

    @property
    def row(self) -> dict[str, object]:
        """As JSON has it."""
        return {
            "path": self.path,
            "status": self.status,
            "action": self.action,
            "reason": self.reason or None,
            "person_name": self.person_name,
            "faces_found": self.faces_found,
            "target_path": self.target_path,
            "message": self.message,
        }


def results(prepared: Prepared, problems: Sequence[Problem] = ()) -> list[Result]:
    """What came of every photo, by its path; of one that goes to several folders once for each."""
    failed = {
        (one.action.source, one.action.target): one.why
        for one in problems
        if isinstance(one.action, Copy | Move)
    }
    found = [_failed(_of_placed(one), one, failed) if failed else _of_placed(one) for one in prepared.placed]
    found += [_of_left(one) for one in prepared.left]
    found += [
        failure(path, "unreadable", f"It cannot be read: {reason}") for path, reason in prepared.unreadable
    ]
    return sorted(found, key=lambda one: (one.path, one.target_path or ""))


def failure(path: str, reason: str, message: str) -> Result:
    """A photo with which something went wrong."""
    return Result(path, ERROR, "skipped", reason, None, 0, None, message)


def skipped(path: str, reason: str, message: str) -> Result:
    """A photo that is left where it is, as it should be."""
    return Result(path, SKIPPED, "skipped", reason, None, 0, None, message)


def one_of(path: str, found: Sequence[Result]) -> Result:
    """Several results of one photo as one: the worst status, everybody's name."""
    if not found:
        return failure(path, "unreadable", "Not a photo that Keepers knows")
    order = (ERROR, SUCCESS, SKIPPED)
    first = min(found, key=lambda one: order.index(one.status))
    names = dict.fromkeys(one.person_name for one in found if one.person_name)
    return replace(first, person_name=", ".join(names) or None)


def _of_placed(placed: Placed) -> Result:
    main, folder = placed.main, placed.folder
    path, name, faces = main.asset.ref.key, placed.owner.name, placed.sorting.faces
    files = tuple(asset.ref.key for asset in placed.sorting.bundle.assets)
    if main.outcome is Outcome.REFUSED:
        return Result(path, ERROR, "skipped", "refused", name, faces, None, f"Refused: {main.reason}", files)
    if main.action is None:
        reason = _REASONS.get(main.outcome, main.outcome.value)
        words = f"Already in {folder}/" if reason == "already-there" else f"Not sorted: {main.reason}"
        return Result(path, SKIPPED, "skipped", reason, name, faces, main.path, words, files)
    word = done(placed)
    action = "sorted" if word == "moved" else word
    words = f"{word.capitalize()} to {folder}/"
    return Result(path, SUCCESS, action, "", name, faces, main.path, words, files)


def _of_left(left: Left) -> Result:
    status = ERROR if left.reason in _FAULTS else SKIPPED
    name, target = left.name or None, left.target or None
    return Result(
        left.path, status, "skipped", left.reason, name, left.faces, target, left.message, left.files
    )


def _failed(row: Result, placed: Placed, failed: dict[tuple[Ref, Ref], str]) -> Result:
    why = next(iter(_faults(placed, failed)), "")
    if not why:
        return row
    return replace(row, status=ERROR, action="skipped", reason="failed", target_path=None, message=why)


def _faults(placed: Placed, failed: dict[tuple[Ref, Ref], str]) -> Iterator[str]:
    for line in placed.lines:
        if line.action is not None:
            why = failed.get((line.action.source, line.action.target))
            if why:
                yield why
