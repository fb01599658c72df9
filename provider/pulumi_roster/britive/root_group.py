"""Finds or creates the root group of an application, which contains all other groups and environments.

Source: the vendor's Python client, ``environment_groups.get_or_create_root``

Peculiarity: a new application has no root group, and two clients can create one each. So after a creation, Roster reads
the groups again. Every client uses the root group that is first in the list. A client that created a different root
group deletes its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from ..errors import Conflict, NotFound, OutcomeUnknown, RosterError
from ..http.client import Client
from ..lifecycle.list_cache import Listing
from ..lifecycle.polling import retry_while_absent
from ..schema.model import State
from .application import ROOT, EnvironmentGroupState, parent_of, parse_group, read_tree, remove, write_lock

__all__ = ["CREATE_GROUP", "DELETE_GROUP", "find_root", "root_id"]

CREATE_GROUP = "/api/apps/{}/root-environment-group/groups"
DELETE_GROUP = "/api/apps/{}/environment-groups/{}"


def roots(nodes: Iterable[State]) -> Sequence[EnvironmentGroupState]:
    """Return the groups named root, in the service's order; if there are none, all groups without a parent."""
    tops = [node for node in nodes if isinstance(node, EnvironmentGroupState) and not node.parent_id]
    return [top for top in tops if top.name.lower() == ROOT] or tops


def find_root(api: Client, application_id: str) -> str:
    """Return the id of the root group.

    :raises NotFound: the application has none yet.
    """
    found = roots(read_tree(api, application_id))
    if not found:
        raise NotFound(
            f"the application {application_id!r} has no root group yet, so it has no environments", status=404
        )
    return found[0].id


def root_id(api: Client, application_id: str, listing: Listing[State]) -> str:
    """Return the id of the root group. Create it if the application has none.

    :param listing: the application's listing. Roster reads it first, and adds a root group that it creates.
    """
    if known := roots(listing.rows()):
        return known[0].id
    with api.lock("Britive root group", application_id):
        # Another thread or process may have created it in the meantime.
        if known := roots(listing.rows()) or roots(listing.rows(fresh=True)):
            return known[0].id
        made = _create(api, application_id)
        chosen = _keep_first(api, application_id, made)
        listing.put(chosen)
        return chosen.id


def _create(api: Client, application_id: str) -> EnvironmentGroupState:
    end = api.deadline.fixed()
    body = {"name": ROOT, "description": "", "type": "group", "parentId": ""}
    while True:
        try:
            with write_lock(api, application_id):
                reply = api.post(CREATE_GROUP, application_id, json=body)
            return parse_group(reply, reply.fields(), application_id)
        except (Conflict, OutcomeUnknown) as error:
            # Any existing root group will do, whether this request or another client created it.
            try:
                return retry_while_absent(api, lambda: _read_roots(api, application_id)[0])
            except NotFound:
                if isinstance(error, Conflict) or end.left() <= 0:
                    raise error from None


def _read_roots(api: Client, application_id: str) -> Sequence[EnvironmentGroupState]:
    found = roots(read_tree(api, application_id))
    if not found:
        raise NotFound(f"the listing does not show a root group of the application {application_id!r}", status=404)
    return found


def _keep_first(api: Client, application_id: str, made: EnvironmentGroupState) -> EnvironmentGroupState:
    nodes = list(read_tree(api, application_id))
    first = (*roots(nodes), made)[0]
    if first.id != made.id and not any(parent_of(node) == made.id for node in nodes):
        # If the deletion fails, the group stays, empty and unused.
        with suppress(RosterError):
            remove(api, DELETE_GROUP, application_id, made.id)
    return first
