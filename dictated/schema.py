"""The tables of the history, step by step: what a file of any age still lacks is added."""

from __future__ import annotations

STEPS = (
    (
        """CREATE TABLE entries (
            id INTEGER PRIMARY KEY AUTOINCREMENT,  -- no number is given twice
            began INTEGER NOT NULL,  -- microseconds since 1970, UTC: in order whatever the zone was
            ended INTEGER NOT NULL,
            fate TEXT NOT NULL,
            text TEXT,  -- words stand here, and in raw; NULL where they are not kept
            reason TEXT NOT NULL,
            engine TEXT NOT NULL,
            took REAL NOT NULL,
            generation TEXT NOT NULL
        )""",
        "CREATE INDEX words ON entries (ended) WHERE text IS NOT NULL",
        """CREATE TABLE spent (
            day TEXT NOT NULL,  -- ISO 8601, local
            engine TEXT NOT NULL,
            answers INTEGER NOT NULL,
            seconds REAL NOT NULL,
            tokens_in INTEGER NOT NULL,
            tokens_out INTEGER NOT NULL,
            cost REAL NOT NULL,
            PRIMARY KEY (day, engine)
        )""",
    ),
    (
        "ALTER TABLE entries ADD COLUMN audio TEXT NOT NULL DEFAULT ''",  # a file in the spool
        "ALTER TABLE entries ADD COLUMN speech TEXT NOT NULL DEFAULT ''",  # where in it the speech is, JSON
        "CREATE INDEX undone ON entries (fate) WHERE fate IN ('recorded', 'transcribed', 'failed')",
        """CREATE TABLE deliveries (
            entry INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
            sink TEXT NOT NULL,
            mark TEXT NOT NULL,  -- 'begun' before the words go there, 'done' when they are there
            place TEXT NOT NULL,
            PRIMARY KEY (entry, sink)
        )""",
    ),
    (
        "ALTER TABLE entries ADD COLUMN aged INTEGER NOT NULL DEFAULT 0",  # from when it ages: `Expiry`
        "ALTER TABLE entries ADD COLUMN size INTEGER NOT NULL DEFAULT 0",  # bytes of its sound
        "UPDATE entries SET aged = ended",
        "DROP INDEX words",
        """CREATE INDEX words ON entries (aged)
            WHERE text IS NOT NULL AND fate IN ('delivered', 'empty', 'cancelled')""",
        """CREATE INDEX sounds ON entries (aged)
            WHERE audio != '' AND fate IN ('delivered', 'empty', 'cancelled')""",
        "CREATE INDEX done ON entries (id) WHERE fate IN ('delivered', 'empty', 'cancelled')",
        "DROP INDEX undone",
        "CREATE INDEX undone ON entries (id) WHERE fate IN ('recorded', 'transcribed', 'failed')",
        "CREATE INDEX ahead ON entries (ended) WHERE aged < ended",
        "CREATE TABLE sound (bytes INTEGER NOT NULL)",  # the sum of all sizes, in one row
        "INSERT INTO sound VALUES (0)",
        """CREATE TRIGGER sound_comes AFTER INSERT ON entries WHEN new.size != 0
            BEGIN UPDATE sound SET bytes = bytes + new.size; END""",
        """CREATE TRIGGER sound_changes AFTER UPDATE OF size ON entries
            BEGIN UPDATE sound SET bytes = bytes + new.size - old.size; END""",
    ),
    (
        # `Stages`, in seconds; NULL where none were taken: brought to its end later, or before this step
        "ALTER TABLE entries ADD COLUMN pause REAL",
        "ALTER TABLE entries ADD COLUMN wait REAL",
        "ALTER TABLE entries ADD COLUMN delivery REAL",
        "ALTER TABLE entries ADD COLUMN length REAL",
    ),
    (
        # What the engine wrote; NULL where that is the text. Where it stands, text is not NULL, and both go
        # at once: no index of its own is needed to know when.
        "ALTER TABLE entries ADD COLUMN raw TEXT",
    ),
    (
        # Who is asked for it again, and where its words go then; '' for what has none
        "ALTER TABLE entries ADD COLUMN profile TEXT NOT NULL DEFAULT ''",
    ),
)
