"""The texts beside organized photos: metadata.txt of a group, and the report as JSON."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from keepers.decide.destination import called, visible
from keepers.model import LOCAL, Asset, Bundle, ContentId, Decision, Facts
from keepers.plan.text import shown

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def metadata_text(members: Sequence[Bundle], facts: Callable[[ContentId], Facts | None]) -> bytes:
    """metadata.txt as the old tool wrote it, with the tags of the Exif and the GPS IFD too."""
    lines = [f"Photo Group - {len(members)} images", "=" * 80, ""]
    for number, bundle in enumerate(members, 1):
        lines += [f"Photo {number}: {visible(called(bundle.main))}", "-" * 80]
        lines += [
            f"{key}: {visible(value)}" for key, value in _fields(bundle.main, facts(bundle.main.content))
        ]
        lines.append("")
    return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def modified(asset: Asset) -> datetime | None:
    """When the file was last changed, out of its revision (size:mtime_ns:inode); servers tell when its tags changed, too."""
    if asset.ref.place != LOCAL:
        return None
    parts = asset.revision.split(":")
    if len(parts) < 2 or not parts[1].lstrip("-").isdecimal():
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(parts[1]) // 1000)
    except OverflowError:
        return None


def report_text(done: Sequence[tuple[Decision, Mapping[str, object]]], groups: int, when: datetime) -> bytes:
    """The report of the groups that are done, out of so many; ASCII, so names that are no UTF-8 survive."""
    document = {
        "schema_version": 1,
        "created": when.isoformat(timespec="seconds"),
        "groups_total": groups,
        "groups_done": len(done),
        "groups": [{**where, **_told(decision)} for decision, where in done],
    }
    return (json.dumps(document, indent=1) + "\n").encode("ascii")


def _fields(asset: Asset, facts: Facts | None) -> Iterable[tuple[str, str]]:
    changed = modified(asset)
    yield "filename", called(asset)
    yield "filepath", shown(asset.ref)
    yield "filesize", str(asset.size)
    width, height = (facts.width, facts.height) if facts else (asset.width, asset.height)
    yield "dimensions", f"{width}x{height}"
    if facts:
        yield "format", facts.format
        if facts.mode:
            yield "mode", facts.mode
    if asset.taken:
        yield "created", asset.taken.at.isoformat()
    if changed:
        # In UTC, so that the same file gives the same text in summer and in winter.
        yield "modified", changed.isoformat(timespec="seconds")
    if facts:
        yield from ((f"exif_{tag}", facts.exif[tag]) for tag in sorted(facts.exif))
        if facts.position:
            yield "gps_latitude", f"{facts.position[0]:.6f}"
            yield "gps_longitude", f"{facts.position[1]:.6f}"


def _told(decision: Decision) -> dict[str, object]:
    scores = {score.ref: score for score in decision.scores}
    members: list[dict[str, object]] = []
    for bundle in decision.group.members:
        score = scores.get(bundle.main.ref)
        members.append(
            {
                "path": shown(bundle.main.ref),
                "files": [shown(asset.ref) for asset in bundle.assets],
                "copies": [shown(ref) for ref in bundle.copies],
                "keep": bundle.main.ref in decision.keep,
                "score": round(score.value, 4) if score else None,
                "scores": {name: round(value, 4) for name, value in score.parts.items()} if score else {},
                "reasons": list(score.reasons) if score else [],
            }
        )
    return {
        "id": decision.group.id,
        "kind": str(decision.group.kind),
        "members": members,
        "evidence": list(decision.group.evidence),
        "flip": decision.flip,
        "by": decision.by,
    }
