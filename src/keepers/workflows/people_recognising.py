"""Tells which photo stands for a person by the picture that the server has cut out of it, for no answer of a server tells.

Of 67 faces the right photo correlated by 0.978 at least (median 0.999), another one by 0.956 at most.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from keepers.ports import Failure, Workers
from keepers.workflows.portrait_tasks import Box, SignTask
from keepers.workflows.portraits import alike

#: From here on it is the same picture, if no other photo comes so near to it.
SURE: Final = 0.965
APART: Final = 0.02

#: Faces of a person by asset: the picture that they are in, and where.
Faces = Mapping[str, tuple[str | bytes, Box]]


def recognised(
    workers: Callable[[], Workers],
    signature: Callable[[SignTask], bytes],
    people: Iterable[tuple[str, bytes, Faces]],
) -> Iterator[tuple[str, str]]:
    """Each person with the asset that stands for them, where one of the faces is it and no other is like it."""
    tasks = (task for person, drawn, faces in people for task in _tasks(person, drawn, faces))
    signed: dict[str, dict[str, bytes]] = {}
    pool = workers()
    try:
        for task, result in pool.map(signature, tasks):
            if not isinstance(result, Failure):
                signed.setdefault(task.person, {})[task.asset] = result
    finally:
        pool.close()
    for person, known in signed.items():
        portrait = known.pop(_PORTRAIT, None)
        if portrait is None or not known:
            continue
        near = sorted(((alike(portrait, face), asset) for asset, face in known.items()), reverse=True)
        if near[0][0] >= SURE and (len(near) < 2 or near[1][0] <= near[0][0] - APART):
            yield person, near[0][1]


#: Stands for the server's own picture among the assets of a person; no asset has an empty id.
_PORTRAIT: Final = ""


def _tasks(person: str, drawn: bytes, faces: Faces) -> Iterator[SignTask]:
    yield SignTask(person, _PORTRAIT, drawn, None)
    for asset, (picture, box) in faces.items():
        yield SignTask(person, asset, picture, box)
