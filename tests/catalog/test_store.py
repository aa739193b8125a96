"""The catalog opens, migrates after a backup, refuses what it cannot trust, and copies itself."""

import json
import sqlite3
from pathlib import Path

import pytest

from keepers.catalog import contents, schema, store
from keepers.catalog.contents import NewContent
from keepers.errors import CatalogBusyError, CatalogDamagedError, NoCatalogError
from keepers.model import DateClaim, Face, Facts, Kind, Look
from keepers.read.packed import pack


def test_there_is_none_until_something_was_learned(tmp_path: Path) -> None:
    with pytest.raises(NoCatalogError, match="keepers scan FOLDER"):
        store.open_catalog(tmp_path / "catalog.db", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_new_catalog_is_sound_and_uses_a_write_ahead_log(tmp_path: Path) -> None:
    catalog = store.open_catalog(tmp_path / "deep" / "catalog.db", create=True)
    assert catalog.check() == ()
    assert catalog.db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert catalog.db.execute("PRAGMA user_version").fetchone()[0] == len(schema.MIGRATIONS)


def test_migrating_makes_a_backup_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "catalog.db"
    store.open_catalog(file, create=True).close()
    version = len(schema.MIGRATIONS)
    monkeypatch.setattr(
        store, "MIGRATIONS", (*schema.MIGRATIONS, ("ALTER TABLE root ADD COLUMN label TEXT",))
    )
    migrated = store.open_catalog(file, create=False)
    assert "label" in [row[1] for row in migrated.db.execute("PRAGMA table_info(root)")]
    backup = sqlite3.connect(f"{file}.v{version}.backup")
    assert "label" not in [row[1] for row in backup.execute("PRAGMA table_info(root)")]


def test_a_failed_migration_leaves_the_old_catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "catalog.db"
    store.open_catalog(file, create=True).close()
    broken = ("ALTER TABLE root ADD COLUMN label TEXT", "SELECT nonsense FROM nowhere")
    monkeypatch.setattr(store, "MIGRATIONS", (*schema.MIGRATIONS, broken))
    with pytest.raises(CatalogDamagedError):
        store.open_catalog(file, create=False)
    monkeypatch.undo()
    again = store.open_catalog(file, create=False)
    assert "label" not in [row[1] for row in again.db.execute("PRAGMA table_info(root)")]


def test_a_newer_catalog_and_rubbish_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "catalog.db"
    catalog = store.open_catalog(file, create=True)
    catalog.db.execute("PRAGMA user_version = 999")
    catalog.close()
    with pytest.raises(CatalogDamagedError, match="newer Keepers"):
        store.open_catalog(file, create=False)
    rubbish = tmp_path / "rubbish.db"
    rubbish.write_bytes(b"this is no database, it only has its name" * 50)
    with pytest.raises(CatalogDamagedError, match="keepers scan"):
        store.open_catalog(rubbish, create=False)


def test_a_second_writer_waits_and_then_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "WAIT_SECONDS", 0.05)
    first = store.open_catalog(tmp_path / "catalog.db", create=True)
    second = store.open_catalog(tmp_path / "catalog.db", create=True)
    with first.writing(), pytest.raises(CatalogBusyError, match="in use"), second.writing():
        pass


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    catalog = store.open_catalog(tmp_path / "catalog.db", create=True)
    twice = [(1, b"/", "id", 3, "now")] * 2
    with pytest.raises(sqlite3.IntegrityError), catalog.writing() as db:
        db.executemany("INSERT INTO root VALUES (?, ?, ?, ?, ?)", twice)
    assert catalog.db.execute("SELECT count(*) FROM root").fetchone()[0] == 0


FACTS = Facts(
    "jpeg", 4000, 3000, camera="Canon EOS 70D", rating=4, position=(52.5, 13.4), burst="B1", bias_ev=-2.0, exposure_mode=2,
    dates=(DateClaim("exif", "2018-03-03T15:00:00.700000", 60), DateClaim("png", "2018-03-04T00:00:00")), pixels="ab" * 32,
)  # fmt: skip


def test_contents_and_looks_come_back_as_they_went_in(tmp_path: Path) -> None:
    catalog = store.open_catalog(tmp_path / "catalog.db", create=True)
    b3 = bytes(range(32))
    with catalog.writing():
        row = contents.add(catalog, NewContent(b3, 123, Kind.PHOTO, 1, packed=pack(FACTS), prints=b"p"))
    content = contents.content_id(b3)
    assert contents.digest(content) == b3
    assert contents.facts_of(catalog, [content]) == {content: FACTS}
    assert contents.find(catalog, b3) == (row, "", Kind.PHOTO, 1)
    assert contents.known_by_size(catalog, 123, 1) == (b3,)
    assert contents.known_by_size(catalog, 123, 2) == ()
    face = Face((0.1, 0.2, 0.3, 0.4), 0.9, eyes_open=0.8, smile=None, known=frozenset({"eyes"}))
    look = Look(content, "test 1", 3.5, 0.01, 0.2, 0.5, (face,))
    contents.add_looks(catalog, [look])
    assert contents.looks_of(catalog, [content], "test 1") == {content: look}
    assert contents.looks_of(catalog, [content], "test 2") == {}


def test_measuring_again_replaces_what_was_known(tmp_path: Path) -> None:
    catalog = store.open_catalog(tmp_path / "catalog.db", create=True)
    b3 = b"x" * 32
    with catalog.writing():
        first = contents.add(catalog, NewContent(b3, 9, Kind.PHOTO, 1, reason="is truncated"))
        second = contents.add(catalog, NewContent(b3, 9, Kind.PHOTO, 2, packed=pack(FACTS)))
    assert first == second
    assert contents.find(catalog, b3) == (first, "", Kind.PHOTO, 2)


def test_backup_and_export_hold_every_row(tmp_path: Path) -> None:
    catalog = store.open_catalog(tmp_path / "catalog.db", create=True)
    with catalog.writing():
        contents.add(catalog, NewContent(b"y" * 32, 9, Kind.PHOTO, 1, packed=pack(FACTS)))
    catalog.backup(tmp_path / "copy.db")
    copy = store.open_catalog(tmp_path / "copy.db", create=False)
    assert list(copy.export()) == list(catalog.export())
    rows = [json.loads(line) for line in copy.export()]
    assert [row["b3"] for row in rows if row["table"] == "content"] == [(b"y" * 32).hex()]
    with pytest.raises(FileExistsError):
        catalog.backup(tmp_path / "copy.db")


def test_a_catalog_with_a_torn_page_is_refused_at_open(tmp_path: Path) -> None:
    file = tmp_path / "catalog.db"
    catalog = store.open_catalog(file, create=True)
    with catalog.writing():
        for number in range(300):
            contents.add(
                catalog, NewContent(number.to_bytes(32, "big"), 9, Kind.PHOTO, 1, packed=pack(FACTS))
            )
    catalog.close()
    data = bytearray(file.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4096] = b"\xff" * 4096
    file.write_bytes(data)
    with pytest.raises(CatalogDamagedError, match="keepers scan"):
        store.open_catalog(file, create=False)
