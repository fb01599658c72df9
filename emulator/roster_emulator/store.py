"""Keeps the data in SQLite: in memory, or in a file that survives a restart.

All requests run on the thread of the server. A lock guards the connection because a test may read the store from its
own thread.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = dict[str, Any]

_META = "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);"


class Store:
    """A SQLite connection. Rows are plain dicts."""

    def __init__(self, path: Path | None = None, *schemas: str) -> None:
        self._lock = threading.RLock()
        self._schemas = (_META, *schemas)
        self._connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False, cached_statements=512
        )
        self._connection.row_factory = lambda cursor, values: {
            column[0]: value for column, value in zip(cursor.description, values, strict=True)
        }
        # With these settings, a killed process loses nothing; a machine that loses power may.
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute("PRAGMA foreign_keys=ON")
        for schema in self._schemas:
            self._connection.executescript(schema)

    def one(self, sql: str, *values: object) -> Row | None:
        """Return the first row, or ``None``."""
        with self._lock:
            row: Row | None = self._connection.execute(sql, values).fetchone()
            return row

    def all(self, sql: str, *values: object) -> list[Row]:
        """Return all rows."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def value(self, sql: str, *values: object) -> Any:
        """Return the first column of the first row, or ``None``."""
        row = self.one(sql, *values)
        return None if row is None else next(iter(row.values()))

    def run(self, sql: str, *values: object) -> int:
        """Run a statement that changes data. Return how many rows it touched."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block as one transaction, which must not be nested."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def snapshot(self) -> Store:
        """Return a copy of the present data, in memory."""
        copy = Store()
        with self._lock:
            self._connection.backup(copy._connection)
        return copy

    def restore(self, snapshot: Store) -> None:
        """Replace all data with those of a snapshot. The snapshot can be restored again."""
        with snapshot._lock, self._lock:
            snapshot._connection.backup(self._connection)

    def tables(self, prefix: str = "") -> list[str]:
        """Return the tables whose names begin with ``prefix``, in the order in which they were made."""
        rows = self.all(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
        )
        return [row["name"] for row in rows if row["name"].startswith(prefix)]

    def clear(self) -> None:
        """Empty the tables of the APIs. The emulator's own values stay, so that exchanged tokens stay valid."""
        with self.transaction():
            for table in reversed(self.tables()):
                if table != "meta":
                    self.run(f'DELETE FROM "{table}"')

    def meta(self, key: str) -> str | None:
        """Return a value of the emulator's own."""
        found: str | None = self.value("SELECT value FROM meta WHERE key = ?", key)
        return found

    def set_meta(self, key: str, value: str) -> None:
        """Keep a value of the emulator's own."""
        self.run("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)

    def close(self) -> None:
        """Close the connection. A file then holds all data."""
        with self._lock:
            self._connection.close()
