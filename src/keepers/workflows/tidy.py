"""Find the groups of photos that belong together, judge their members, pick the keepers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from blake3 import blake3

from keepers.catalog import contents, photos
from keepers.catalog.store import Catalog
from keepers.decide import keep
from keepers.detect.look import LookTask
from keepers.group import duplicates, series
from keepers.model import Bundle, ContentId, Decision, Group, GroupKind, Look
from keepers.ports import Failure, Progress, Workers
from keepers.read import formats

ORDER = tuple(GroupKind)
