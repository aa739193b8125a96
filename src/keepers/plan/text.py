"""Shows a plan: as the rows that scripts read, and as lines for people."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from keepers.actions import Action, Copy, Link, Move, SetField, Trash, Write, source, target, verb
from keepers.model import LOCAL, Ref
from keepers.plan.check import Refused

_PAST = {"copy": "copied", "move": "moved", "link": "linked", "write": "written", "trash": "trashed",
         "restore": "restored", "set": "set"}  # fmt: skip


def _verb(action: Action) -> str:
    """The word for an action: a copy that is a second name of its file is a link."""
    return "link" if isinstance(action, Copy) and action.linked else verb(action)


def row(action: Action) -> dict[str, str | None]:
    """One action as `plan show --json` prints it."""
    old, new = source(action), target(action)
    setting = action if isinstance(action, SetField) else None
    plain = None if setting is not None or isinstance(action, Write) else _content(action)
    return {
        "verb": _verb(action),
        "from": shown(old) if old is not None else None,
        "to": shown(new) if new is not None else None,
        "content": plain,
        "field": setting.name if setting is not None else None,
        "before": setting.before if setting is not None else None,
        "after": setting.after if setting is not None else None,
        "because": action.because,
    }


def _content(action: Action) -> str | None:
    return None if isinstance(action, SetField) else action.content


def shown(ref: Ref) -> str:
    """A ref as people and scripts see it: the path, or the server and its id."""
    return ref.key if ref.place == LOCAL else f"{ref.place}:{ref.key}"


def size(actions: Iterable[Action]) -> int:
    """Bytes that the actions copy, move, write, link or trash."""
    return sum(a.size for a in actions if isinstance(a, Copy | Move | Link | Write | Trash))


def document(
    title: str, actions: Sequence[Action], refused: Sequence[Refused] = ()
) -> dict[str, str | int | list[dict[str, str | None]] | list[dict[str, object]]]:
    """The whole plan as `plan show --json` and each `--dry-run --json` print it."""
    turned_down: list[dict[str, object]] = [{"action": row(r.action), "why": r.why} for r in refused]
    return {
        "title": title,
        "actions": [row(action) for action in actions],
        "bytes": size(actions),
        "refused": turned_down,
    }


def sentence(action: Action) -> str:
    """One action as one line."""
    old, new = source(action), target(action)
    parts = [_verb(action)]
    if old is not None:
        parts.append(shown(old))
    if isinstance(action, SetField):
        parts.append(f"{action.name}: {action.before or 'nothing'} -> {action.after or 'nothing'}")
    elif new is not None:
        parts += ["->", shown(new)]
    return " ".join(parts) + (f"  ({action.because})" if action.because else "")


def summary(actions: Iterable[Action]) -> str:
    """How many actions of each verb."""
    counted = Counter(_verb(action) for action in actions)
    return ", ".join(f"{counted[name]} {past}" for name, past in _PAST.items() if counted[name]) or "nothing"


def lines(title: str, actions: Sequence[Action], refused: Sequence[Refused] = ()) -> Iterator[str]:
    """The whole plan as plain text."""
    yield title
    for action in actions:
        yield f"  {sentence(action)}"
    for turned_down in refused:
        yield f"  refused: {sentence(turned_down.action)}: {turned_down.why}"
    yield f"{summary(actions)}; {size(actions) / 1e6:,.1f} MB" + (
        f"; {len(refused)} refused" if refused else ""
    )
