"""Tables of the AppSec+ API. Times are in microseconds since the epoch."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS appsec_groups (
    serial INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    members TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS appsec_serials (
    last INTEGER NOT NULL
);
"""
