"""Reasons in words that others can say in their language: each is an English text that knows its code and its values.

Whoever prints a reason prints English; the page says the same by the code. A code is never given another meaning.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, Self, cast

from keepers.messages import MESSAGES

#: A number, a name of the user's, or another reason.
Value = str | int | float

#: What each code says in English; where there are two texts, the first is for one of `n`.
ENGLISH: Final[Mapping[str, str | tuple[str, str]]] = {
    **MESSAGES,
    # judging a series
    "unjudged-film": "it could not be judged: it is a film",
    "unjudged": "it could not be judged: its pixels cannot be read",
    "sharpest": "sharpest",
    "less-sharp": "less sharp ({mine:.2f} of {best:.2f})",
    "sharpest-faces": "sharpest faces",
    "faces-less-sharp": "faces less sharp ({mine:.2f} of {best:.2f})",
    "best-expression": "best expression",
    "less-happy": "expression less happy ({mine:.2f} of {best:.2f})",
    "less-exposed": "exposed less well ({mine:.2f} of {best:.2f})",
    "fewer-pixels-than": "fewer pixels ({mine:.2f} of {best:.2f})",
    "alone": "nothing to compare it with",
    "no-difference": "no clear difference between them",
    "eyes-open": "eyes open {open}/{all}",
    "eyes-unknown": "eyes cannot be told",
    "people-missing": "{missing} of {all} people not seen",
    # picking from a series
    "taste": "by what you picked before",
    "level": ("as good as {n} other; {tie}", "as good as {n} others; {tie}"),
    "tie-rated": "rated highest",
    "tie-picked": "picked from its burst",
    "tie-earliest": "the earliest is taken",
    "tie-path": "the larger file, then the path decides",
    "stays-liked": "stays: it is rated or edited",
    "as-good": "as good as the pick",
    "bracket": "a frame of an exposure bracket: all of them stay",
    "decided": "a person decided to keep it",
    # what would change a pick
    "flip-level": "a higher rating of {name}, which is as good",
    "flip-part": "a rating of {name}, or a better {part} there: it is {behind:.2f} behind",
    "flip-rating": "a rating of {name}: it is {behind:.2f} behind",
    "flip-bracket": "nothing: frames of a bracket are never dropped",
    "flip-copy": "{name} would be kept if the pick were not ahead in this: {better}",
    "flip-path": "nothing sets {name} apart but its path",
    "flip-decided": "keepers decide --forget",
    # ranking copies
    "path-decides": "as good as the others; the path decides",
    "path-decided": "as good as the pick; the path decides",
    "stays-edited": "stays: it is edited",
    "stays-rated": "stays: it is rated {rating}",
    "stays-silent": "stays: the pick has no sound",
    "stays-longer": "stays: it is {seconds:.1f} s longer",
    "readable": "readable",
    "unreadable": "empty or unreadable",
    "origin-raw": "the camera's RAW",
    "origin-heic": "the camera's own HEIC",
    "origin-camera": "the camera's own file",
    "origin-plain": "not known to be the camera's file",
    "origin-derived": "scaled, edited or converted",
    "origin-messenger": "a messenger's copy",
    "favourite": "a favourite",
    "picked": "picked from its burst",
    "rated": "rated {rating}",
    "rated-lower": "rated lower",
    "edited": "was edited",
    "not-edited": "has no edit beside it",
    "more-told": "more is told of it",
    "less-told": "less is told of it",
    "more-facts": "keeps more camera facts",
    "fewer-facts": "lost camera facts",
    "better-place": "lies in the better place",
    "copy-place": "its name or folder is that of a copy",
    "more-files": "has more files beside it",
    "fewer-files": "has fewer files beside it",
    "earlier": "taken earlier",
    "later": "taken later",
    "older-file": "older file",
    "newer-file": "newer file",
    "most-pixels": "most pixels",
    "fewer-pixels": "fewer pixels",
    "lossless": "without loss",
    "lossy": "compressed with loss",
    "least-compressed": "least compressed",
    "more-compressed": "compressed more",
    "sides": "{sides}",
    "only-sides": "only {sides}",
    "sound": "with sound",
    "silent": "without sound",
    "most-bits": "most bits: {rate}",
    "fewer-bits": "fewer bits: {rate}",
    "longest": "the longest",
    "shorter": "{seconds:.1f} s shorter",
    # why photos are a group
    "same-bytes": "the same bytes",
    "same-pixels": "the same decoded pixels",
    "alike": "each looks like the original",
    "turned": "{n} turned or mirrored",
    "framed": "{n} in a frame",
    "unbordered": "{n} without its border",
    "cropped": "{n} a part of it",
    "frames-alike": "{n} frames, every two alike",
    "within": "within {seconds:.1f} s",
    "camera-series": "one series of the camera",
    "one-camera": "one camera",
    "exposures": "{n} exposures of one scene",
    "stops-apart": "{stops:.1f} EV apart",
    "brightness-apart": "told apart by their brightness",
    "same-moments": "the same pictures at the same moments, over the whole clip",
    "same-length": "the same length",
    "lengths-apart": "lengths {seconds:.1f} s apart at most",
    "person-made": "a person made this group",
    "person-joined": "a person said that they belong together",
    # what is wrong with a face or a photo
    "eyes-closed": "eyes closed",
    "blurred": "blurred",
    "looks-away": "looks away",
    "grimace": "grimace",
    "weak-sharpness": "less sharp",
    "weak-exposure": "too dark, too bright or flat",
    "weak-faces": "faces less sharp",
    # why something of a plan is done, or is not
    "rejected": "rejected in {group}",
    "kept-elsewhere": "it was kept in another group",
    "no-heir": "no photo of its group that stays is on {place}",
    "same-bytes-as": "the same bytes as {path}",
    "same-pixels-as": "the same pixels as {path}",
    "words-kept": "what it says is kept",
    "same-beside": "the same bytes as beside {path}",
    "liked": "it is rated or edited",
    "would-be-lost": "{names} beside it is not beside {name} and would be lost",
    "beside-unknown": "what its file holds beside its picture could not be told",
    "holds-more": "its file holds more than its picture (a film, layers), and the other does not",
    "knows-more": "it has a rating, words or a place that the kept one has not, and that one may not be changed",
    "in-reference": "it lies in a reference folder",
    "in-archive": "it lies in an archive, which is only read",
    "in-library": "it lies in a library of Apple Photos, which is only read",
    "changed": "{name} has changed since it was read",
    "empty": "it is empty",
    "unit-broken": "it belongs to a file that cannot be done ({why})",
    "none-left": "nothing of what stays instead of it would be left",
    "gone": "{path} is gone",
    "changed-since": "{path} has changed since the plan was made",
    "name-taken": "the name {path} is taken",
    "set-meanwhile": "it has been set to something else meanwhile",
    "reference-kept": "{path} lies in a reference folder, in which nothing is ever changed (keepers roots)",
    "move-only": "{path} lies where files may be moved, but not trashed, linked or replaced (keepers roots)",
    "archive-kept": "{path} lies in an archive, which is only read, never changed",
    "library-kept": "{path} lies in a library of Apple Photos, which is only read, never changed",
    # what a person said, step by step
    "said": "{name}: {keep} stay, {drop} may go",
    "said-nothing": "{name}: nothing is said any more",
    "said-accepted": "{name}: accepted, {keep} stay, {drop} may go",
    "said-parted": "{name}: parted into {parts}",
    "said-apart": "{name}: not the same",
    "said-merged": "{name}: {groups} groups made one",
    "said-band": "{n} groups accepted: {band}",
    "said-folder": "{keep}: kept, the same in {drop} may go ({n} groups)",
}


class Reason(str):
    """A reason in English that keeps its code and values; made by its code, and refused with KeyError where there is none."""

    __slots__ = ("code", "values")

    code: str
    values: dict[str, Value]

    def __new__(cls, code: str, **values: Value) -> Self:
        """The reason of a code, with its holes filled."""
        made = super().__new__(cls, _worded(ENGLISH[code], values))
        made.code, made.values = code, values
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """Between processes it is made anew."""
        return _again, (self.code, self.values)


def packed(text: str) -> str | list[Any]:
    """A reason as JSON keeps it: its code and its values; other words as they are."""
    if not isinstance(text, Reason):
        return text
    values = {name: packed(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return [text.code, values]


def unpacked(kept: object) -> str:
    """What `packed` was given; the code alone where a later Keepers wrote one that is not known here."""
    if not isinstance(kept, list):
        return str(kept)
    code, values = cast("tuple[str, dict[str, object]]", kept)
    if code not in ENGLISH:
        return code
    return _again(
        code, {name: v if isinstance(v, int | float) else unpacked(v) for name, v in values.items()}
    )


def written(text: str) -> str:
    """A reason as a column of text keeps it; other words as they are."""
    return json.dumps(packed(text)) if isinstance(text, Reason) else text


def read(kept: str) -> str:
    """What `written` was given; what an older Keepers wrote is plain English."""
    if not kept.startswith('["'):
        return kept
    try:
        return unpacked(json.loads(kept))
    except ValueError:
        return kept


def _again(code: str, values: dict[str, Value]) -> Reason:
    return Reason(code, **values)


def _worded(text: str | tuple[str, str], values: Mapping[str, Value]) -> str:
    if isinstance(text, tuple):
        text = text[values["n"] != 1]
    return text.format_map(values) if "{" in text else text
