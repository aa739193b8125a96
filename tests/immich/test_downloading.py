"""Photos of a server that are copied into folders: stopped anywhere, resumed, taken back."""

import contextlib

import pytest

from keepers.actions import Copy, Plan
from keepers.apply.look import world
from keepers.apply.record import RunState
from keepers.apply.run import resume, run
from keepers.apply.undo import undo
from keepers.errors import PlaceUnreachableError
from keepers.fingerprint.exact import content_id
from keepers.model import LOCAL, PlaceId, Ref
from keepers.places import immich_api
from keepers.places.immich_api import Profile
from keepers.places.immich_api.downloading import DownloadPlace
from keepers.places.local import LocalPlace
from keepers.plan.check import check
from tests.apply.worlds import EndOfTheWorldError, FragileJournal, Fuse, Silent
from tests.immich.server import KEY, Fault

pytestmark = pytest.mark.slow

SILENT = Silent()
PLACE = PlaceId("immich")


class Trip:
    """A server with photos, a folder for them, a journal that may break, and the plan to copy them."""

    def __init__(self, server, folder) -> None:
        self.server, self.folder = server, folder
        self.target = folder / "out"
        self.data = {f"IMG_{number}.jpg": bytes([number]) * (number * 700 + 1) for number in range(5)}
        self.ids = {name: server.state.add(name, data) for name, data in self.data.items()}
        self.fuse = Fuse()
        self.journal = FragileJournal(str(folder / "journal.db"), self.fuse)

    @contextlib.contextmanager
    def place(self, lying=None):
        def opening(_):
            return immich_api.opened(Profile("default", self.server.url, KEY), pause=0.01, longest=1.0)

        with immich_api.Galleries(opening, str(self.folder / "pictures"), 0) as galleries:
            yield DownloadPlace(LocalPlace([str(self.folder)]), galleries, lying=lying or {})

    def plan(self):
        return Plan(
            "copies",
            tuple(
                Copy(
                    Ref(PLACE, self.ids[name]), Ref(LOCAL, str(self.target / "originals" / name)), content_id(data),
                    len(data), revision=f"{len(data)}:0:0", modified_ns=10**18,
                )
                for name, data in self.data.items()
            ),
        )  # fmt: skip

    def start(self, place):
        plan = self.plan()
        return run(check(plan, world(plan, place)), self.journal, place, progress=SILENT)

    def there(self):
        return {path.name: path.read_bytes() for path in self.folder.rglob("*.jpg")}

    def litter(self):
        return [path.name for path in self.folder.rglob(".keepers-*") if "pictures" not in path.parts]


@pytest.fixture
def trip(newest, tmp_path):
    return Trip(newest, tmp_path)


def test_copies_have_the_bytes_and_the_time_that_they_are_to_have(trip):
    with trip.place() as place:
        assert trip.start(place).state is RunState.DONE
        assert trip.there() == trip.data
        assert {path.stat().st_mtime_ns for path in trip.target.rglob("*.jpg")} == {10**18}
        ended = undo(None, trip.journal, place, progress=SILENT)
    assert ended is not None
    assert ended.done == len(trip.data)
    assert not trip.target.exists()


def test_a_run_that_dies_anywhere_is_finished_and_taken_back(newest, tmp_path):
    for at in range(12):
        folder = tmp_path / str(at)
        folder.mkdir()
        trip = Trip(newest, folder)
        trip.fuse.left = at
        with trip.place() as place, contextlib.suppress(EndOfTheWorldError):
            trip.start(place)
        trip.fuse.left = None
        with trip.place() as place:
            for known in trip.journal.runs():
                resume(known.id, trip.journal, place, progress=SILENT)
            if trip.journal.runs():
                assert trip.there() == trip.data
            trip.fuse.left = at
            with contextlib.suppress(EndOfTheWorldError):
                undo(None, trip.journal, place, progress=SILENT)
            trip.fuse.left = None
            undo(None, trip.journal, place, progress=SILENT)
        assert not trip.there()
        assert not trip.litter()


def test_a_server_that_goes_away_leaves_whole_files_and_a_run_to_finish(trip):
    trip.server.faults.append(Fault("half", f"GET /api/assets/{trip.ids['IMG_3.jpg']}/original", times=99))
    with trip.place() as place:
        ended = trip.start(place)
        assert ended.state is RunState.FAILED
        assert isinstance(place.trouble, PlaceUnreachableError)
    assert trip.there().items() <= trip.data.items()
    assert not trip.litter()
    trip.server.faults.clear()
    with trip.place() as place:
        assert resume(ended.run, trip.journal, place, progress=SILENT).state is RunState.DONE
    assert trip.there() == trip.data


def test_other_bytes_are_never_placed(trip):
    request = f"GET /api/assets/{trip.ids['IMG_2.jpg']}/original"
    trip.server.faults.append(Fault("status", request, times=99, status=200, body=bytes(1401)))
    with trip.place() as place:
        ended = trip.start(place)
    assert [problem.action.source.key for problem in ended.problems] == [trip.ids["IMG_2.jpg"]]
    assert trip.there() == {name: data for name, data in trip.data.items() if name != "IMG_2.jpg"}


@pytest.mark.parametrize("library", [None, "00000000-0000-4000-8000-000000000007"])
def test_a_copy_goes_only_while_its_photo_has_the_same_bytes(trip, library):
    for asset in trip.server.state.assets.values():
        asset.library = library
    with trip.place() as place:
        trip.start(place)
        trip.server.state.assets[trip.ids["IMG_1.jpg"]].data = b"x" * len(trip.data["IMG_1.jpg"])
        trip.server.state.assets[trip.ids["IMG_2.jpg"]].trashed = True
        ended = undo(None, trip.journal, place, progress=SILENT)
    assert ended is not None
    assert len(ended.problems) == 2
    assert trip.there() == {name: trip.data[name] for name in ("IMG_1.jpg", "IMG_2.jpg")}


def test_a_copy_that_somebody_changed_stays(trip):
    with trip.place() as place:
        trip.start(place)
        mine = trip.target / "originals" / "IMG_4.jpg"
        mine.write_bytes(b"mine")
        undo(None, trip.journal, place, progress=SILENT)
    assert trip.there() == {"IMG_4.jpg": b"mine"}


def test_what_lies_here_is_copied_from_here_unless_it_is_something_else(trip, tmp_path):
    lying = {}
    for name, data in trip.data.items():
        file = tmp_path / f"{name}.here"
        file.write_bytes(data if name != "IMG_2.jpg" else b"?" * len(data))
        lying[Ref(PLACE, trip.ids[name])] = str(file)
    with trip.place(lying) as place:
        assert trip.start(place).state is RunState.DONE
    assert trip.there() == trip.data
    assert len([one for one in trip.server.requests if one.endswith("/original")]) == 1
