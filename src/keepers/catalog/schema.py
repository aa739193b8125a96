"""The catalog's tables, as numbered migrations; a step once released is never edited."""

from typing import Final

from keepers.catalog.review_schema import REVIEW

#: Each step brings the catalog from the version of its index to the next one.
MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """CREATE TABLE root (
            id INTEGER PRIMARY KEY,
            path BLOB NOT NULL UNIQUE,
            identity TEXT NOT NULL,
            files INTEGER NOT NULL,
            scanned TEXT NOT NULL)""",
        """CREATE TABLE content (
            id INTEGER PRIMARY KEY,
            b3 BLOB NOT NULL UNIQUE,
            size INTEGER NOT NULL,
            kind TEXT NOT NULL,
            method INTEGER NOT NULL,
            reason TEXT NOT NULL DEFAULT '',
            format TEXT NOT NULL DEFAULT '',
            width INTEGER NOT NULL DEFAULT 0,
            height INTEGER NOT NULL DEFAULT 0,
            camera TEXT NOT NULL DEFAULT '',
            burst TEXT NOT NULL DEFAULT '',
            ev REAL,
            bias REAL,
            exposure_mode INTEGER,
            pixels BLOB,
            facts TEXT NOT NULL DEFAULT '{}')""",
        "CREATE INDEX content_size ON content (size)",
        "CREATE TABLE print (content INTEGER PRIMARY KEY REFERENCES content, data BLOB NOT NULL)",
        "CREATE TABLE exif (content INTEGER PRIMARY KEY REFERENCES content, data BLOB NOT NULL)",
        "CREATE TABLE full_pixels (content INTEGER PRIMARY KEY REFERENCES content, method INTEGER NOT NULL, digest TEXT NOT NULL)",
        """CREATE TABLE look (
            content INTEGER NOT NULL REFERENCES content,
            method TEXT NOT NULL,
            data TEXT NOT NULL,
            PRIMARY KEY (content, method)) WITHOUT ROWID""",
        """CREATE TABLE location (
            id INTEGER PRIMARY KEY,
            place TEXT NOT NULL,
            key BLOB NOT NULL,
            folder BLOB NOT NULL,
            size INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            device INTEGER NOT NULL,
            fate TEXT NOT NULL,
            reason TEXT NOT NULL DEFAULT '',
            lasting INTEGER NOT NULL DEFAULT 1,
            content INTEGER REFERENCES content,
            role TEXT NOT NULL DEFAULT 'main',
            main INTEGER,
            taken TEXT,
            taken_seconds REAL,
            taken_source TEXT NOT NULL DEFAULT '',
            taken_certain INTEGER NOT NULL DEFAULT 0,
            UNIQUE (place, key))""",
        "CREATE INDEX location_content ON location (content)",
        "CREATE INDEX location_folder ON location (folder)",
        "CREATE INDEX location_main ON location (main)",
        "CREATE TABLE problem (place TEXT NOT NULL, key BLOB NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (place, key)) WITHOUT ROWID",
        """CREATE TABLE hashed (
            place TEXT NOT NULL,
            key BLOB NOT NULL,
            revision TEXT NOT NULL,
            b3 BLOB NOT NULL,
            PRIMARY KEY (place, key)) WITHOUT ROWID""",
        """CREATE TABLE group_number (
            target BLOB NOT NULL,
            b3 BLOB NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (target, b3, number)) WITHOUT ROWID""",
    ),
    (
        "ALTER TABLE location ADD COLUMN taken_note TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE location ADD COLUMN apart TEXT NOT NULL DEFAULT ''",
        "CREATE TABLE clip (content INTEGER PRIMARY KEY REFERENCES content, data BLOB NOT NULL)",
        """CREATE TABLE told (
            location INTEGER NOT NULL REFERENCES location ON DELETE CASCADE,
            field TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (location, field, value)) WITHOUT ROWID""",
        """CREATE TABLE set_date (
            content INTEGER PRIMARY KEY REFERENCES content,
            taken TEXT NOT NULL,
            said TEXT NOT NULL)""",
        """CREATE TABLE clock (
            camera TEXT NOT NULL,
            against TEXT NOT NULL,
            seconds REAL NOT NULL,
            pairs INTEGER NOT NULL,
            state TEXT NOT NULL,
            PRIMARY KEY (camera, against)) WITHOUT ROWID""",
    ),
    (
        # When the bytes of a file were last read again, as which size and time, and what was wrong then.
        """CREATE TABLE verified (
            place TEXT NOT NULL,
            key BLOB NOT NULL,
            revision TEXT NOT NULL,
            at TEXT NOT NULL,
            wrong TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (place, key)) WITHOUT ROWID""",
        # A verification that was stopped goes on where it was.
        "CREATE TABLE verifying (job TEXT PRIMARY KEY, started TEXT NOT NULL) WITHOUT ROWID",
        # What a picture's file holds beside its picture: a film, a map of depth, layers.
        "CREATE TABLE beside (content INTEGER PRIMARY KEY REFERENCES content, method INTEGER NOT NULL, digest TEXT NOT NULL)",
    ),
    (
        # What people decided, by content and not by its row: it outlives the files and a rebuilt catalog.
        """CREATE TABLE decided (
            kind TEXT NOT NULL,
            content BLOB NOT NULL,
            keep INTEGER NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (kind, content)) WITHOUT ROWID""",
        """CREATE TABLE not_same (
            one BLOB NOT NULL,
            other BLOB NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (one, other)) WITHOUT ROWID""",
    ),
    (
        # The SHA-1 of contents of this machine, where a server told of one of that size.
        "CREATE TABLE alias (content INTEGER PRIMARY KEY REFERENCES content, sha1 BLOB NOT NULL)",
        "CREATE INDEX alias_sha1 ON alias (sha1)",
        # From which picture of a server the fingerprints of a content were taken.
        "CREATE TABLE pictured (content INTEGER PRIMARY KEY REFERENCES content, pixels TEXT NOT NULL)",
        # What the albums of a server looked like when their members were last listed.
        """CREATE TABLE album (
            place TEXT NOT NULL,
            name TEXT NOT NULL,
            signature TEXT NOT NULL,
            PRIMARY KEY (place, name)) WITHOUT ROWID""",
    ),
    (
        # The file of this machine that an asset of a server is taken for, and by what: `path` or `name`.
        """CREATE TABLE lying (
            location INTEGER PRIMARY KEY REFERENCES location ON DELETE CASCADE,
            path BLOB NOT NULL,
            evidence TEXT NOT NULL)""",
        # By which folders of the settings that was last looked up, for each place.
        "CREATE TABLE mapping (place TEXT PRIMARY KEY, signature TEXT NOT NULL) WITHOUT ROWID",
    ),
    (
        # What the folder of a person is called below a base: it stays, whatever the person is called later.
        """CREATE TABLE person_folder (
            base BLOB NOT NULL,
            person TEXT NOT NULL,
            name TEXT NOT NULL,
            folder TEXT NOT NULL,
            PRIMARY KEY (base, person)) WITHOUT ROWID""",
        # What was sorted to whom, by which run; `run` is null while that is not known to have happened.
        """CREATE TABLE person_sorted (
            id INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            action TEXT NOT NULL,
            reason TEXT NOT NULL DEFAULT '',
            original BLOB NOT NULL,
            target BLOB NOT NULL,
            base BLOB NOT NULL,
            person TEXT NOT NULL,
            name TEXT NOT NULL,
            faces INTEGER NOT NULL,
            content BLOB NOT NULL,
            asset TEXT NOT NULL DEFAULT '',
            download TEXT NOT NULL DEFAULT '',
            run INTEGER)""",
        "CREATE INDEX person_sorted_content ON person_sorted (content)",
        "CREATE INDEX person_sorted_person ON person_sorted (person)",
        "CREATE INDEX person_sorted_open ON person_sorted (target) WHERE run IS NULL",
        # Files that the server was given its time to learn of, once.
        "CREATE TABLE person_awaited (content BLOB PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID",
    ),
    REVIEW,
    (
        # What picks of series taught, as JSON (empty: nothing), and the moment before which picks do not count; one row.
        """CREATE TABLE taste (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            learned TEXT NOT NULL DEFAULT '',
            since TEXT NOT NULL DEFAULT '')""",
    ),
    (
        # What the pixels of a content tell for the suggestions, as JSON (empty: they cannot be read), and the method.
        "CREATE TABLE inspection (content INTEGER PRIMARY KEY REFERENCES content, method INTEGER NOT NULL, data TEXT NOT NULL)",
        # Contents of which a person said that they are not in the way: they are never suggested again.
        "CREATE TABLE not_junk (content BLOB PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID",
    ),
    (
        # Points of a picture and of its mirror image (null: nobody looked for them); empty: it cannot be decoded.
        """CREATE TABLE point (
            content INTEGER PRIMARY KEY REFERENCES content,
            method INTEGER NOT NULL,
            plain BLOB NOT NULL,
            mirrored BLOB)""",
        # What a closer look at two pictures told.
        """CREATE TABLE closer (
            query INTEGER NOT NULL REFERENCES content,
            original INTEGER NOT NULL REFERENCES content,
            method INTEGER NOT NULL,
            made INTEGER NOT NULL,
            likeness REAL NOT NULL,
            PRIMARY KEY (query, original)) WITHOUT ROWID""",
    ),
    (
        # The embedding of a picture's scene as halves (float16), by which method; empty: it cannot be decoded.
        "CREATE TABLE scene (content INTEGER PRIMARY KEY REFERENCES content, method TEXT NOT NULL, embedding BLOB NOT NULL)",
        # Assets that a server calls alike one of it, by their ids with blanks between; `among` names what there was to choose from.
        """CREATE TABLE served_alike (
            place TEXT NOT NULL,
            key TEXT NOT NULL,
            among TEXT NOT NULL,
            found TEXT NOT NULL,
            PRIMARY KEY (place, key)) WITHOUT ROWID""",
    ),
)
