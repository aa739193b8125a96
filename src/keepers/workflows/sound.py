"""Groups without the files that `verify` has found damaged: an equal file that is sound stands for such a one."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from keepers.catalog import photos
from keepers.catalog.store import Catalog
from keepers.model import LOCAL, Bundle, ContentId, Decision, Ref
from keepers.workflows import lone


def sound(
    catalog: Catalog, decisions: Sequence[Decision], reread: Callable[[Ref], ContentId], now: str
) -> tuple[tuple[Decision, ...], Mapping[Ref, str]]:
    """The decisions of sound files only, and why the others are left out.

    `reread` names the bytes of a file: one that was put back meanwhile counts again.
    """
    members = {bundle.main.ref: bundle for one in decisions for bundle in one.group.members}
    wrong = lone.Doubts(catalog, reread, now).wrong((), members.values())
    left = lone.rotten(members.values(), wrong)
    stands = {ref: _other(catalog, bundle, wrong) for ref, bundle in members.items() if ref in left}
    if not stands:
        return tuple(decisions), {}
    found = (_with(one, stands) for one in decisions)
    return tuple(one for one in found if one.group.members), left


def _other(catalog: Catalog, bundle: Bundle, wrong: Mapping[str, str]) -> Bundle | None:
    """A sound photo of the same bytes."""
    for ref in bundle.copies:
        found = photos.bundle_at(catalog, ref.key) if ref.place == LOCAL else None
        if found is not None and not any(asset.ref.key in wrong for asset in found.assets):
            return replace(found, copies=tuple(one for one in bundle.copies if one != ref))
    return None


def _with(decision: Decision, stands: Mapping[Ref, Bundle | None]) -> Decision:
    """The decision with what stands for damaged files; those for which nothing does are not in it."""
    old = decision.group.members
    if not any(bundle.main.ref in stands for bundle in old):
        return decision
    here = {bundle.main.ref for bundle in old}
    pairs = [(bundle.main.ref, _standing(bundle, stands, here)) for bundle in old]
    now = {ref: bundle.main.ref for ref, bundle in pairs if bundle is not None}
    scores = tuple(replace(one, ref=now[one.ref]) for one in decision.scores if one.ref in now)
    worth = {score.ref: score.value for score in scores}
    keep = [now[ref] for ref in decision.keep if ref in now]
    if not keep and now:
        keep = [max(now.values(), key=lambda ref: (worth.get(ref, 0.0), ref))]
    return replace(
        decision,
        group=replace(decision.group, members=tuple(bundle for _, bundle in pairs if bundle is not None)),
        keep=tuple(keep),
        drop=tuple(now[ref] for ref in decision.drop if ref in now and now[ref] not in keep),
        scores=scores,
        versions=tuple(
            replace(one, ref=now[one.ref], made_of=None if one.made_of is None else now.get(one.made_of))
            for one in decision.versions
            if one.ref in now
        ),
    )


def _standing(bundle: Bundle, stands: Mapping[Ref, Bundle | None], here: AbstractSet[Ref]) -> Bundle | None:
    """What stands for a photo; nothing where that is in the group itself."""
    other = stands.get(bundle.main.ref, bundle)
    return other if other is bundle or other is None or other.main.ref not in here else None
