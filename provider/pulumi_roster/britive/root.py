"""The root group of an application: what environments and groups are under when they name no parent.

Source: the vendor's Python client, ``environment_groups.get_or_create_root``.

Particular: a new application has none, and nothing stops two clients from making one each. So whoever makes one looks
again: all keep the one that is listed first, and each takes its own away if that is another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from ..errors import Conflict, NotFound, OutcomeUnknown, RosterError
from ..http.client import Client
from ..lifecycle.list_cache import Listing
from ..lifecycle.polling import retry_while_absent
from ..schema.model import State
from .tree import ROOT, EnvironmentGroupState, parse_group, read_tree, remove, writing

__all__ = ["CREATE_GROUP", "DELETE_GROUP", "find_root", "root_id"]

CREATE_GROUP = "/api/apps/{}/root-environment-group/groups"
DELETE_GROUP = "/api/apps/{}/environment-groups/{}"


def roots(nodes: Iterable[State]) -> Sequence[EnvironmentGroupState]:
    """The root groups, in the service's order: those named root if there are, else all without a parent."""
    tops = [node for node in nodes if isinstance(node, EnvironmentGroupState) and not node.parent]
    return [top for top in tops if top.name.lower() == ROOT] or tops


def find_root(api: Client, app_id: str) -> str:
    """The id of the root group.

    :raises NotFound: there is none yet.
    """
    found = roots(read_tree(api, app_id))
    if not found:
        raise NotFound(f"the application {app_id!r} has no root group yet, so it has no environments", status=404)
    return found[0].id


def root_id(api: Client, app_id: str, listing: Listing[State]) -> str:
    """The id of the root group, which is made where the application has none.

    :param listing: that of the application; it is asked first, and told of a root group that was made.
    """
    if known := roots(listing.rows()):
        return known[0].id
    with api.lock("britive.root", app_id):
        # Another thread, or another process, may have made it meanwhile.
        if known := roots(listing.rows()) or roots(listing.rows(fresh=True)):
            return known[0].id
        made = _make(api, app_id)
        chosen = _first(api, app_id, made)
        listing.put(chosen)
        return chosen.id


def _make(api: Client, app_id: str) -> EnvironmentGroupState:
    end = api.deadline.fixed()
    body = {"name": ROOT, "description": "", "type": "group", "parentId": ""}
    while True:
        try:
            with writing(api, app_id):
                reply = api.post(CREATE_GROUP, app_id, json=body)
            return parse_group(reply, reply.fields(), app_id)
        except (Conflict, OutcomeUnknown) as error:
            # Whoever made what is there now: one is enough.
            try:
                return retry_while_absent(api, lambda: _there(api, app_id)[0])
            except NotFound:
                if isinstance(error, Conflict) or end.left() <= 0:
                    raise error from None


def _there(api: Client, app_id: str) -> Sequence[EnvironmentGroupState]:
    found = roots(read_tree(api, app_id))
    if not found:
        raise NotFound(f"the root group of the application {app_id!r} does not show", status=404)
    return found


def _first(api: Client, app_id: str, made: EnvironmentGroupState) -> EnvironmentGroupState:
    nodes = list(read_tree(api, app_id))
    first = (*roots(nodes), made)[0]
    if first.id != made.id and not any(node.parent == made.id for node in nodes):
        # Where it cannot be removed it stays, an empty group beside the first, which all use.
        with suppress(RosterError):
            remove(api, DELETE_GROUP, app_id, made.id)
    return first
