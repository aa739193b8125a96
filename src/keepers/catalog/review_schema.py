"""The catalog's tables for the review: groups as they were found, what was said of them, jobs."""

from typing import Final

#: One step of the catalog's migrations; once released it is never edited.
REVIEW: Final[tuple[str, ...]] = (
    # The groups as they were last found. `place` orders them, `n` where that is equal; `photos` are those still there.
    """CREATE TABLE review_group (
        n INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        place REAL NOT NULL,
        kind TEXT NOT NULL,
        band TEXT NOT NULL,
        photos INTEGER NOT NULL,
        keep INTEGER NOT NULL,
        freed INTEGER NOT NULL,
        taken TEXT,
        seconds REAL NOT NULL,
        year INTEGER,
        folder BLOB NOT NULL,
        name BLOB NOT NULL,
        confidence REAL NOT NULL,
        faces INTEGER NOT NULL,
        people TEXT NOT NULL,
        reviewed INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        cover INTEGER,
        content BLOB NOT NULL)""",
    # With the number of photos in them a long list is counted without its rows.
    "CREATE INDEX review_group_place ON review_group (place, n, photos)",
    "CREATE INDEX review_group_seconds ON review_group (seconds, n, photos)",
    "CREATE INDEX review_group_freed ON review_group (freed, n, photos)",
    "CREATE INDEX review_group_year ON review_group (year, seconds, n)",
    "CREATE INDEX review_group_band ON review_group (band, reviewed, place, n)",
    # Evidence, scores, versions: what only the one who looks at a group asks for.
    "CREATE TABLE review_detail (n INTEGER PRIMARY KEY, data TEXT NOT NULL)",
    """CREATE TABLE review_member (
        n INTEGER NOT NULL,
        ord INTEGER NOT NULL,
        place TEXT NOT NULL,
        key BLOB NOT NULL,
        content BLOB NOT NULL,
        size INTEGER NOT NULL,
        proposed INTEGER NOT NULL,
        gone INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (n, ord)) WITHOUT ROWID""",
    "CREATE INDEX review_member_key ON review_member (key)",
    "CREATE INDEX review_member_content ON review_member (content)",
    "CREATE TABLE review_person (person TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (person, n)) WITHOUT ROWID",
    # Which of several equal files stays: as a fact about a content at a place.
    """CREATE TABLE decided_copy (
        place TEXT NOT NULL,
        key BLOB NOT NULL,
        content BLOB NOT NULL,
        keep INTEGER NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (place, key)) WITHOUT ROWID""",
    # Pairs that a person said belong into one group of a kind.
    """CREATE TABLE joined (
        kind TEXT NOT NULL,
        one BLOB NOT NULL,
        other BLOB NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (kind, one, other)) WITHOUT ROWID""",
    # What was said, step by step. `state`: 0 holds, 1 was taken back, 2 was taken back and cannot be done again.
    """CREATE TABLE review_step (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        words TEXT NOT NULL,
        groups TEXT NOT NULL,
        count INTEGER NOT NULL,
        state INTEGER NOT NULL DEFAULT 0,
        shape TEXT NOT NULL DEFAULT '')""",
    # The facts of each step, as they were before and after it; an empty place: of the content, wherever it lies.
    """CREATE TABLE review_said (
        step INTEGER NOT NULL REFERENCES review_step ON DELETE CASCADE,
        kind TEXT NOT NULL,
        content BLOB NOT NULL,
        place TEXT NOT NULL,
        key BLOB NOT NULL,
        before INTEGER,
        after INTEGER,
        PRIMARY KEY (step, kind, content, place, key)) WITHOUT ROWID""",
    "CREATE TABLE review_note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # What a person said of each member, if anything.
    """CREATE VIEW review_verdict AS
        SELECT m.n, m.ord, m.place, m.key, m.content, m.size, m.proposed, m.gone, coalesce(c.keep, d.keep) AS said
            FROM review_member m JOIN review_group g ON g.n = m.n
            LEFT JOIN decided d ON d.kind = g.kind AND d.content = m.content
            LEFT JOIN decided_copy c ON g.kind = 'same-bytes' AND c.place = m.place AND c.key = m.key AND c.content = m.content""",
    """CREATE TABLE job (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        state TEXT NOT NULL,
        asked TEXT NOT NULL,
        queued TEXT NOT NULL,
        started TEXT,
        ended TEXT,
        said TEXT NOT NULL DEFAULT '[]',
        result TEXT NOT NULL DEFAULT '',
        error TEXT NOT NULL DEFAULT '',
        run INTEGER)""",
)
