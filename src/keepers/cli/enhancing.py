"""`keepers enhance`: new pictures of groups that are known; no photo is changed."""

import argparse
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime

from keepers import studio
from keepers.catalog import locations, sightings
from keepers.cli import far_away, report_files, session, show
from keepers.cli.making import Making, Words, named
from keepers.create.hdr import Method
from keepers.decide.destination import visible
from keepers.errors import UsageError
from keepers.model import LOCAL, Asset, Decision, GroupKind, PlaceId
from keepers.plan import faces_page, text
from keepers.plan.layout import best_photo
from keepers.workflows import closed_eyes, enhancing, originals
from keepers.workflows.closed_eyes import Opened
from keepers.workflows.enhancing import Merged, Wish


def hdr(options: argparse.Namespace) -> int:
    """Merge the brackets that are known, or those that are named."""
    opened = session.opened(options)
    wish = Wish(Method(options.method), options.hdr_gamma, options.tiff)
    target = _target(options)
    with opened.catalog(create=False) as catalog:
        everywhere = sightings.everywhere(catalog)
        tidied = opened.tidy(catalog, everywhere, [GroupKind.BRACKET])
        decisions = _chosen(options, tidied.decisions, GroupKind.BRACKET)
        key = json.dumps(["enhance hdr", target, *options.groups, wish.method, wish.gamma, wish.tiff])
        words = Words("_hdr", "merge", "bracket", _frames, _merged_of, _bracket_row, _tell_bracket)
        places = [{bundle.main.ref.place for bundle in one.group.members} for one in decisions]
        sending = far_away.sending(options, opened, catalog, places, key)
        served, dry = bool(everywhere), options.dry_run
        with far_away.originals(opened, catalog, served=served, dry=dry, sending=sending) as afar:
            results = enhancing.merged(studio.enhancing(opened, catalog, afar), decisions, wish)
            return Making(options, opened, words, target, key, sending).done(results)


def faces(options: argparse.Namespace) -> int:
    """Open the closed eyes of the picks of bursts from their other frames."""
    opened = session.opened(options)
    target = _target(options)
    if options.report and options.dry_run:
        raise UsageError("--report writes a file, and --dry-run writes none; leave one of them out")
    with opened.catalog(create=False) as catalog:
        everywhere = sightings.everywhere(catalog)
        photos = [path for path, _, _ in locations.roots(catalog)]
        reports = [report_files.chosen(path, (".html",), photos) for path in options.report]
        tidied = opened.tidy(catalog, everywhere, [GroupKind.BURST])
        decisions = _chosen(options, tidied.decisions, GroupKind.BURST)
        key = json.dumps(["enhance faces", target, *options.groups, options.all])
        words = Words(
            "_faces",
            "mend closed eyes in",
            "photo",
            _photo,
            _mended_from,
            _burst_row,
            _tell_burst,
            _tell_needless,
        )
        places = [place for one in decisions for place in _to_mend(one, every=options.all)]
        sending = far_away.sending(options, opened, catalog, places, key)
        served, dry = bool(everywhere), options.dry_run
        with far_away.originals(opened, catalog, served=served, dry=dry, sending=sending) as afar:
            work = studio.opening(opened, catalog, afar)
            results = closed_eyes.opened(work, decisions, every=options.all, shown=bool(reports))
            making = Making(options, opened, words, target, key, sending)
            code = making.done(results)
    for path in reports:
        report_files.put(path, faces_page.page(_entries(making.told), datetime.now(UTC).astimezone()))
        if not options.json:
            show.line(f"Look at it: {path}")
    return code


def _to_mend(decision: Decision, *, every: bool) -> list[set[PlaceId]]:
    """Where each photo is that may be mended."""
    pick = best_photo(decision)
    members = decision.group.members if every else () if pick is None else (pick,)
    return [{bundle.main.ref.place} for bundle in members]


def _shown(asset: Asset) -> str:
    """A photo as people are told of it."""
    if asset.ref.place == LOCAL:
        return text.shown(asset.ref)
    return f"{visible(originals.name(asset))} ({text.shown(asset.ref)})"


def _target(options: argparse.Namespace) -> str:
    """The folder that is named, absolute; empty where each picture is to stand beside its photo."""
    if options.to is None:
        return ""
    if os.path.exists(options.to) and not os.path.isdir(options.to):
        raise UsageError(f"{options.to} is no folder")
    return os.path.abspath(str(options.to))


def _chosen(
    options: argparse.Namespace, decisions: Sequence[Decision], kind: GroupKind
) -> Sequence[Decision]:
    if not options.groups:
        return decisions
    known = {decision.group.id: decision for decision in decisions}
    if strange := [name for name in options.groups if name not in known]:
        raise UsageError(
            f"{strange[0]} is no {kind.value} that is known; `keepers group --kind {kind.value}` lists them"
        )
    return [known[name] for name in dict.fromkeys(options.groups)]


# ---------------------------------------------------------------- brackets


def _frames(one: Merged) -> Sequence[Asset]:
    return [bundle.main for bundle in one.decision.group.members]


def _merged_of(one: Merged) -> str:
    return f"merged of {', '.join(one.made.used)}"


def _bracket_row(one: Merged, path: str) -> dict[str, object]:
    made = one.made
    return {
        "group": one.decision.group.id,
        "path": path or None,
        "of": [named(bundle.main) for bundle in one.decision.group.members],
        "reference": named(one.source) if path else None,
        "used": list(made.used),
        "left": list(made.left),
        "moved": round(made.moved, 4),
        "why": made.why,
    }


def _tell_bracket(one: Merged, path: str) -> None:
    group, made = one.decision.group, one.made
    if made.why:
        show.line(f"{group.id}: not merged: {made.why}")
        return
    moved = (
        f"; what moved ({made.moved:.0%}) is as in {visible(originals.name(one.source))}"
        if made.moved >= 0.005
        else ""
    )
    show.line(f"{group.id}: {path or 'would be merged'} of {', '.join(made.used)}{moved}")
    for why in made.left:
        show.line(f"  left out: {why}")


# ---------------------------------------------------------------- closed eyes


def _photo(one: Opened) -> Sequence[Asset]:
    return [one.source]


def _mended_from(one: Opened) -> str:
    return f"closed eyes of {_shown(one.source)} opened, from {', '.join(one.made.used)}"


def _burst_row(one: Opened, path: str) -> dict[str, object]:
    return {
        "group": one.decision.group.id,
        "path": path or None,
        "of": [named(bundle.main) for bundle in one.decision.group.members],
        "reference": named(one.source),
        "used": list(one.made.used),
        "faces": [
            {
                "box": list(face.box),
                "mended": bool(face.donor),
                "from": face.donor or None,
                "eyes_before": face.before,
                "eyes_after": face.after,
                "why": face.why,
            }
            for face in one.made.faces
        ],
        "why": one.made.why,
    }


def _tell_burst(one: Opened, path: str) -> None:
    if one.needless:
        return
    name = visible(originals.name(one.source))
    if one.made.why:
        show.line(f"{one.decision.group.id}: {name} was not mended: {one.made.why}")
        return
    show.line(
        f"{one.decision.group.id}: {path or name}{'' if path else ' would be mended' if one.data else ' was not mended'}"
    )
    for number, face in enumerate(one.made.faces, 1):
        what = f"opened, from {face.donor}" if face.donor else f"left as it is: {face.why}"
        show.line(f"  face {number}: {what}")


def _tell_needless(results: Sequence[Opened]) -> None:
    needless = sum(one.needless for one in results)
    if needless:
        show.line(
            f"In {show.count(needless, 'photo')} there was nothing to mend: no main face has closed eyes that others show open."
        )
    if needless == len(results) and results:
        show.line("These were the picks; with --all, the other photos of the bursts are mended, too.")


def _entries(told: Sequence[tuple[Opened, str]]) -> list[faces_page.Entry]:
    return [
        faces_page.Entry(
            _shown(one.source),
            path,
            one.decision.group.id,
            one.made.shown,
            tuple(faces_page.Line(face.donor, face.why) for face in one.made.faces),
            one.made.why,
        )
        for one, path in told
        if not one.needless
    ]
