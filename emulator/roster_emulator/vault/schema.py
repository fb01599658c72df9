"""Defines the tables of the Vault API. There are no foreign keys: links to deleted groups stay, as they do in Vault."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS vault_namespaces (
    id TEXT PRIMARY KEY,
    path TEXT NOT NULL UNIQUE
);

CREATE TABLE IF NOT EXISTS vault_mounts (
    accessor TEXT PRIMARY KEY,
    namespace_id TEXT NOT NULL,
    path TEXT NOT NULL,
    type TEXT NOT NULL,
    description TEXT NOT NULL,
    uuid TEXT NOT NULL,
    UNIQUE (namespace_id, path)
);

CREATE TABLE IF NOT EXISTS vault_entities (
    id TEXT PRIMARY KEY,
    namespace_id TEXT NOT NULL,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    metadata TEXT NOT NULL,
    policies TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    creation_time TEXT NOT NULL,
    last_update_time TEXT NOT NULL,
    UNIQUE (namespace_id, folded)
);

CREATE TABLE IF NOT EXISTS vault_groups (
    id TEXT PRIMARY KEY,
    namespace_id TEXT NOT NULL,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    type TEXT NOT NULL,
    metadata TEXT NOT NULL,
    policies TEXT NOT NULL,
    cleared TEXT NOT NULL,
    creation_time TEXT NOT NULL,
    last_update_time TEXT NOT NULL,
    modify_index INTEGER NOT NULL,
    UNIQUE (namespace_id, folded)
);

CREATE TABLE IF NOT EXISTS vault_group_entities (
    group_id TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    PRIMARY KEY (group_id, entity_id)
);
CREATE INDEX IF NOT EXISTS vault_group_entities_by_entity ON vault_group_entities (entity_id);

CREATE TABLE IF NOT EXISTS vault_group_parents (
    number INTEGER PRIMARY KEY,
    child_id TEXT NOT NULL,
    parent_id TEXT NOT NULL,
    UNIQUE (child_id, parent_id)
);
CREATE INDEX IF NOT EXISTS vault_group_parents_by_parent ON vault_group_parents (parent_id);

CREATE TABLE IF NOT EXISTS vault_group_aliases (
    id TEXT PRIMARY KEY,
    namespace_id TEXT NOT NULL,
    canonical_id TEXT NOT NULL UNIQUE,
    mount_accessor TEXT NOT NULL,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    creation_time TEXT NOT NULL,
    last_update_time TEXT NOT NULL,
    UNIQUE (mount_accessor, folded)
);
"""
