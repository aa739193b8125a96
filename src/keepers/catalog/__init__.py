"""Remember what is known, in one SQLite file."""
