"""Files of a folder by their names, and the photos that they make, by name."""

from keepers.read import formats
from keepers.read.bundles import Entry, bundles

LONG = "a" * 60


def entry(name, wall=None, camera="", **more):
    form = formats.by_name(name)
    assert form is not None
    return Entry(name, form.kind, form.name, camera, wall, **more)


def named(*files):
    """The bundles as {main: {other: role}} by name."""
    return {
        files[main].name: {files[other].name: role for other, role in others}
        for main, others in bundles(files)
    }
