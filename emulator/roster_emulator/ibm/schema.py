"""Defines the tables of the IBM API."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS ibm_groups (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    etag TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by_id TEXT NOT NULL,
    last_modified_at TEXT NOT NULL,
    last_modified_by_id TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS ibm_groups_by_name ON ibm_groups (account_id, name COLLATE NOCASE);

CREATE TABLE IF NOT EXISTS ibm_members (
    group_id TEXT NOT NULL REFERENCES ibm_groups (id) ON DELETE CASCADE,
    iam_id TEXT NOT NULL,
    type TEXT NOT NULL,
    membership_type TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by_id TEXT NOT NULL,
    PRIMARY KEY (group_id, iam_id, membership_type)
);
CREATE INDEX IF NOT EXISTS ibm_members_by_identity ON ibm_members (iam_id);

CREATE TABLE IF NOT EXISTS ibm_rules (
    id TEXT PRIMARY KEY,
    group_id TEXT NOT NULL REFERENCES ibm_groups (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    expiration INTEGER NOT NULL,
    realm_name TEXT NOT NULL,
    conditions TEXT NOT NULL,
    etag TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by_id TEXT NOT NULL,
    last_modified_at TEXT NOT NULL,
    last_modified_by_id TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS ibm_rules_by_group ON ibm_rules (group_id);

CREATE TABLE IF NOT EXISTS ibm_settings (
    account_id TEXT PRIMARY KEY,
    public_access_enabled INTEGER NOT NULL,
    last_modified_at TEXT NOT NULL,
    last_modified_by_id TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS ibm_identities (
    iam_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT,
    description TEXT,
    known INTEGER NOT NULL
);
"""
