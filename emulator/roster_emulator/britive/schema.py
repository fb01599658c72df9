"""Defines the tables of the Britive API. ``data`` columns hold JSON with the API's own field names."""

from __future__ import annotations

TABLES = """
CREATE TABLE IF NOT EXISTS britive_user (
    id TEXT PRIMARY KEY,
    data TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS britive_application (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    type TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS britive_environment_group (
    number INTEGER PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES britive_application (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    parent_id TEXT NOT NULL,
    type TEXT NOT NULL,
    native_id TEXT,
    native_parent_id TEXT,
    UNIQUE (app_id, id)
);
CREATE TABLE IF NOT EXISTS britive_environment (
    number INTEGER PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES britive_application (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    parent_group_id TEXT NOT NULL,
    type TEXT NOT NULL,
    UNIQUE (app_id, id)
);
-- Properties that were set; the others have the defaults of the application's type.
CREATE TABLE IF NOT EXISTS britive_property (
    app_id TEXT NOT NULL,
    environment_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (app_id, environment_id, name),
    FOREIGN KEY (app_id, environment_id) REFERENCES britive_environment (app_id, id) ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS britive_account (
    app_id TEXT NOT NULL REFERENCES britive_application (id) ON DELETE CASCADE,
    id INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (app_id, id)
);
-- Permissions and groups share their ids, as they do in the API (appPermissionId).
CREATE TABLE IF NOT EXISTS britive_permission (
    app_id TEXT NOT NULL REFERENCES britive_application (id) ON DELETE CASCADE,
    id INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (app_id, id)
);
-- An account or a group (holder) has a permission or is in a group (permission_id).
CREATE TABLE IF NOT EXISTS britive_link (
    app_id TEXT NOT NULL REFERENCES britive_application (id) ON DELETE CASCADE,
    holder TEXT NOT NULL CHECK (holder IN ('account', 'group')),
    holder_id INTEGER NOT NULL,
    permission_id INTEGER NOT NULL,
    scan_status TEXT NOT NULL,
    inherited_scope TEXT,
    PRIMARY KEY (app_id, holder, holder_id, permission_id)
);
-- environment_id '' is every environment of the application, also those made later (automatic mappings only).
CREATE TABLE IF NOT EXISTS britive_mapping (
    app_id TEXT NOT NULL REFERENCES britive_application (id) ON DELETE CASCADE,
    environment_id TEXT NOT NULL,
    account_id INTEGER NOT NULL,
    user_id TEXT NOT NULL REFERENCES britive_user (id) ON DELETE CASCADE,
    automatic INTEGER NOT NULL,
    PRIMARY KEY (app_id, environment_id, account_id, user_id)
);
-- A user holds a profile that uses this account.
CREATE TABLE IF NOT EXISTS britive_checkout (
    app_id TEXT NOT NULL REFERENCES britive_application (id) ON DELETE CASCADE,
    environment_id TEXT NOT NULL,
    account_id INTEGER NOT NULL,
    user_id TEXT NOT NULL REFERENCES britive_user (id) ON DELETE CASCADE,
    PRIMARY KEY (app_id, environment_id, account_id, user_id)
);
CREATE TABLE IF NOT EXISTS britive_scan (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    app_id TEXT NOT NULL REFERENCES britive_application (id) ON DELETE CASCADE,
    environment_id TEXT NOT NULL,
    started REAL NOT NULL,
    ends REAL NOT NULL
);
"""
