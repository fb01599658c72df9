"""State and rules of access groups and account settings."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from roster_emulator.ibm.errors import Refusal, invalid
from roster_emulator.state import State
from roster_emulator.store import Row

PUBLIC = "AccessGroupId-PublicAccess"
PUBLIC_DESCRIPTION = (
    "This group includes all users and service IDs by default. All group members, including unauthenticated users, "
    "are given public access to any resources that are defined in the policies for the group."
)
EPOCH = "2019-01-01T01:01:00Z"
SORTS = {
    "id": "id",
    "name": "name COLLATE NOCASE",
    "description": "description COLLATE NOCASE",
    "is_federated": "is_federated",
}

_COLUMNS = """id, account_id, name, description, etag, created_at, created_by_id, last_modified_at, last_modified_by_id,
    EXISTS (SELECT 1 FROM ibm_rules WHERE group_id = ibm_groups.id) AS is_federated"""


def new_etag() -> str:
    """A revision that no object has had."""
    return f"1-{uuid4().hex}"


def not_found(group_id: str) -> Refusal:
    """The 404 of a group."""
    return Refusal(404, "group_not_found", f"Failed to find the specified access group: {group_id}")


def forbid_public(group_id: str, action: str) -> None:
    """Refuses an action on the public access group."""
    if group_id == PUBLIC:
        raise Refusal(405, "method_not_allowed_for_group", f"Cannot {action} for: {PUBLIC}")


def public(account_id: str) -> Row:
    """The public access group, which every account has."""
    return {
        "id": PUBLIC,
        "account_id": account_id,
        "name": "Public Access",
        "description": PUBLIC_DESCRIPTION,
        "etag": "1-00000000000000000000000000000000",
        "created_at": EPOCH,
        "created_by_id": "IBM",
        "last_modified_at": EPOCH,
        "last_modified_by_id": "IBM",
        "is_federated": 0,
    }


def get(state: State, group_id: str, account_id: str) -> Row:
    """A group by its id. ``account_id`` is the caller's, for the public access group."""
    if group_id == PUBLIC:
        return public(account_id)
    row = state.store.one(f"SELECT {_COLUMNS} FROM ibm_groups WHERE id = ?", group_id)
    if row is None:
        raise not_found(group_id)
    return row


def exists(state: State, group_id: str) -> bool:
    """Whether there is such a group; the public one counts."""
    return group_id == PUBLIC or state.store.one("SELECT 1 FROM ibm_groups WHERE id = ?", group_id) is not None


def create(state: State, account_id: str, name: str, description: str, author: str, group_id: str | None = None) -> Row:
    """Makes a group. ``group_id`` is for seeded data only."""
    _check_name(state, account_id, name)
    if (
        state.store.value("SELECT COUNT(*) FROM ibm_groups WHERE account_id = ?", account_id)
        >= state.switches.group_limit
    ):
        raise Refusal(403, "group_limit_exceeded", f"Access group limit of {state.switches.group_limit} is reached.")
    now, group_id = state.timestamp(), group_id or f"AccessGroupId-{uuid4()}"
    state.store.run(
        "INSERT INTO ibm_groups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(group_id, account_id, name, description, new_etag(), now, author, now, author),
    )
    return get(state, group_id, account_id)


def update(state: State, group_id: str, etag: str, name: str | None, description: str | None, author: str) -> Row:
    """Changes what is given. ``etag`` must be that of the last change."""
    group = get(state, group_id, "")
    if etag != group["etag"]:
        raise Refusal(412, "incorrect_etag", "If-Match header contains incorrect/invalid etag.")
    if name is not None:
        _check_name(state, group["account_id"], name, but=group_id)
    state.store.run(
        "UPDATE ibm_groups SET name = ?, description = ?, etag = ?, last_modified_at = ?, last_modified_by_id = ? "
        "WHERE id = ?",
        group["name"] if name is None else name,
        group["description"] if description is None else description,
        *(new_etag(), state.timestamp(), author, group_id),
    )
    return get(state, group_id, "")


def delete(state: State, group_id: str, force: bool) -> None:
    """Deletes a group; one that has members or rules goes only when forced. Dynamic members do not count."""
    if not exists(state, group_id):
        raise not_found(group_id)
    full = state.store.one(
        "SELECT 1 FROM ibm_members WHERE group_id = ?1 AND membership_type = 'static' "
        "UNION ALL SELECT 1 FROM ibm_rules WHERE group_id = ?1",
        group_id,
    )
    if full and not force:
        raise Refusal(409, "group_not_empty", f"Access group is not empty: {group_id}")
    state.store.run("DELETE FROM ibm_groups WHERE id = ?", group_id)


@dataclass(frozen=True)
class Selection:
    """Which groups of an account a list shows, and in which order."""

    account_id: str
    iam_id: str | None = None
    membership_type: str | None = "static"
    search: str | None = None
    hide_public_access: bool = False
    sort: str = "name"
    descending: bool = False


def select(state: State, wanted: Selection, start: int, count: int) -> tuple[int, list[Row]]:
    """How many groups fit, and the rows of one page. ``search`` is ``FIELD:TEXT`` and finds parts in any case."""
    where, values = ["account_id = ?"], [wanted.account_id]
    if wanted.iam_id is not None:
        kinds = ("static", "dynamic") if wanted.membership_type == "all" else (wanted.membership_type,)
        marks = ", ".join("?" * len(kinds))
        where.append(f"id IN (SELECT group_id FROM ibm_members WHERE iam_id = ? AND membership_type IN ({marks}))")
        values += [wanted.iam_id, *kinds]
    if wanted.search is not None:
        field, colon, text = wanted.search.partition(":")
        if not colon or field not in ("id", "name", "description"):
            raise invalid("search must be id:, name: or description: and a text")
        where.append(f"instr(lower({field}), lower(?)) > 0")
        values.append(text)
    groups = f"SELECT {_COLUMNS} FROM ibm_groups"
    if not wanted.hide_public_access and wanted.iam_id is None:
        row = public(wanted.account_id)
        groups += f" UNION ALL SELECT {', '.join('?' * len(row))}"
        values = [*row.values(), *values]
    rows = f"FROM ({groups}) WHERE {' AND '.join(where)}"
    direction = "DESC" if wanted.descending else "ASC"
    return state.store.value(f"SELECT COUNT(*) {rows}", *values), state.store.all(
        f"SELECT * {rows} ORDER BY {SORTS[wanted.sort]} {direction}, id LIMIT ? OFFSET ?", *values, count, start
    )


def settings(state: State, account_id: str) -> Row:
    """The settings of an account; public access is on until it is switched off."""
    row = state.store.one("SELECT * FROM ibm_settings WHERE account_id = ?", account_id)
    row = row or {
        "account_id": account_id,
        "public_access_enabled": 1,
        "last_modified_at": EPOCH,
        "last_modified_by_id": "IBM",
    }
    return {**row, "public_access_enabled": bool(row["public_access_enabled"])}


def set_settings(state: State, account_id: str, public_access_enabled: bool, author: str) -> Row:
    """Changes the settings of an account."""
    state.store.run(
        "INSERT OR REPLACE INTO ibm_settings VALUES (?, ?, ?, ?)",
        *(account_id, int(public_access_enabled), state.timestamp(), author),
    )
    return settings(state, account_id)


def _check_name(state: State, account_id: str, name: str, but: str = "") -> None:
    if state.switches.unique_names and state.store.one(
        "SELECT 1 FROM ibm_groups WHERE account_id = ? AND name = ? COLLATE NOCASE AND id <> ?", account_id, name, but
    ):
        raise Refusal(409, "group_name_conflict", f"An access group with this name exists already: {name}")
