"""The loop of a watch, on a clock of its own."""

from dataclasses import dataclass, field

from keepers.watch.loop import BUSY, INTERRUPTED, USAGE, Watching, Why, watching


@dataclass
class World:
    """Changes come at set seconds; each run takes one second. It is over at `end`."""

    changes: list[float]
    codes: list[int] = field(default_factory=list)
    end: float = 1000.0
    time: float = 0.0
    runs: list[tuple[float, Why]] = field(default_factory=list)

    def wait(self, seconds: float) -> bool:
        due = [at for at in self.changes if at <= self.time + seconds]
        if not due:
            self.time += seconds
            return False
        self.time = max(self.time, due[-1] if due[-1] <= self.time else due[0])
        self.changes = [at for at in self.changes if at > self.time]
        return True

    def run(self, why: Why) -> int:
        self.runs.append((self.time, why))
        self.time += 1
        return self.codes.pop(0) if self.codes else 0

    def watch(self, every: float = 400, settle: float = 10) -> int:
        return watching(
            Watching(self, self.run, lambda: self.time >= self.end, lambda: self.time, every, settle)
        )


def test_it_runs_at_once_and_when_it_is_time():
    world = World([])
    assert world.watch() == INTERRUPTED
    assert world.runs == [(0, Why.START), (401, Why.TIME), (802, Why.TIME)]


def test_a_change_is_looked_at_when_nothing_changes_any_more():
    """Hazard 20: what is still being written is waited for."""
    world = World([50, 55, 63], end=100)
    world.watch()
    assert world.runs == [(0, Why.START), (73, Why.CHANGED)]


def test_changes_that_never_rest_do_not_wait_for_ever():
    world = World([50 + number for number in range(900)], end=400)
    world.watch()
    assert world.runs[:2] == [(0, Why.START), (350, Why.CHANGED)]


def test_changes_during_a_run_are_not_lost():
    world = World([0.5], end=100)
    world.watch()
    assert world.runs == [(0, Why.START), (11, Why.CHANGED)]


def test_errors_do_not_end_it():
    world = World([50], codes=[1, 2, 3, -9])
    world.watch()
    assert [why for _, why in world.runs] == [Why.START, Why.CHANGED, Why.TIME, Why.TIME]


def test_a_command_that_is_none_ends_it_at_once():
    world = World([50], codes=[USAGE])
    assert world.watch() == USAGE
    assert len(world.runs) == 1


def test_another_run_in_the_way_is_waited_for():
    """Hazard 32."""
    world = World([], codes=[BUSY], end=100)
    world.watch()
    assert world.runs == [(0, Why.START), (31, Why.BUSY)]
