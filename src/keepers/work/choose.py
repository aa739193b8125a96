"""Which workers do the work: this machine's, or those of a Dask cluster."""

from collections.abc import Callable
from importlib import util
from typing import Final

from keepers.errors import SettingsError
from keepers.ports import Workers
from keepers.work import afar
from keepers.work.local import MIB, LocalWorkers

MEMORY: Final = 512 * MIB
HEAVY_MEMORY: Final = 1024 * MIB


def workers(
    scheduler: str, jobs: int, seconds: float, start: tuple[str, ...], say: Callable[[str], None]
) -> Workers:
    """Workers that import `start` first; on the Dask cluster of `scheduler`, where one is named."""
    here = LocalWorkers(jobs, seconds, MEMORY, start, HEAVY_MEMORY)
    if not scheduler:
        return here
    if util.find_spec("distributed") is None:
        raise SettingsError("a Dask scheduler is set, but Dask is not installed: pip install 'keepers[dask]'")
    from keepers.work.dask import DaskWorkers  # noqa: PLC0415 (costs 0.5 s; few have a cluster)

    return DaskWorkers(scheduler, here, afar.Fence(seconds, start, MEMORY, HEAVY_MEMORY), say)
