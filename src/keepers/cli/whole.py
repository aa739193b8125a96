"""A file that is named by itself stands for its whole photo."""

import os
from dataclasses import replace

from keepers import wiring
from keepers.catalog import photos
from keepers.model import LOCAL, Ref


def whole(opened: wiring.Session, sources: wiring.Sources) -> wiring.Sources:
    """The sources, with what belongs to the photos of single files among them.

    The film of a Live Photo or the recipe of an edit must not stay behind because only the picture was named.
    """
    files = [path for path in sources.paths if path not in sources.takeouts and os.path.isfile(path)]
    if not files:
        return sources
    paths = set(sources.paths)
    with opened.catalog(create=True) as catalog:
        for path in files:
            opened.scan(catalog, with_siblings(opened, path))
            if (bundle := photos.bundle_at(catalog, path)) is not None:
                paths.update(asset.ref.key for asset in bundle.assets if not asset.ref.archive)
    folders = [path for path in sources.paths if path not in files]
    return replace(
        sources,
        paths=tuple(
            path
            for path in sorted(paths)
            if path in folders or not any(wiring.inside(path, folder) for folder in folders)
        ),
    )


def with_siblings(opened: wiring.Session, path: str) -> wiring.Sources:
    """A photo and the files beside it that may belong to it: without them it is not known whole."""
    from keepers.read import siblings  # noqa: PLC0415 (reading XML and its like costs 20 ms; few name a file)

    place = opened.local()
    folder, name = os.path.split(path)
    here = place.look(Ref(LOCAL, path))
    if here is None:
        return wiring.sources([path])
    beside = {(here.device, here.inode): path}
    for other in siblings.related(name, place.names(Ref(LOCAL, folder))):
        found = place.look(Ref(LOCAL, os.path.join(folder, other)))
        if found is not None:
            beside.setdefault((found.device, found.inode), found.ref.key)
    return wiring.sources(list(beside.values()))
