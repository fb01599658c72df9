"""Makes calls with many items. The service answers 207, and each item of the reply has its own status.

A call has at most 50 items. Roster sends an item again if it failed for a temporary reason (409, 429, 5xx), or if the
reply lacks it. It reports each item that the service refuses, after it has made all other changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..errors import NotFound, PartialFailure
from ..http.client import Client, Reply
from .member import MemberState

__all__ = ["add_members", "add_to_groups", "items_of", "remove_from_groups", "remove_members", "run_items"]

CHUNK = 50

_REMOVED = frozenset({200, 204, 404})

Item = dict[str, Any]

_UNANSWERED: Item = {"status_code": 500, "words": "no result: the reply does not contain this item"}


def run_items(
    api: Client,
    items: Iterable[str],
    send: Callable[[list[str]], Iterable[Item]],
    *,
    name: str,
    done: frozenset[int],
    what: str,
    confirm: Callable[[str], bool] = lambda item: False,
) -> None:
    """Send items in chunks until the service has accepted or refused each one.

    :param send: makes one call for one chunk, and returns the items of the reply.
    :param name: the field that identifies an item.
    :param done: the statuses of an item that mean success.
    :param what: the noun for the items in an error, such as "members".
    :param confirm: returns whether an item with a conflict (409) already has the wanted state.
    :raises PartialFailure: the service refused some items; the error has its message for each.
    """
    waiting = list(items)
    refused: dict[str, str] = {}
    limits = api.limits
    wait, end = limits.first_wait, api.deadline.fixed()
    while waiting:
        again: dict[str, str] = {}
        for chunk in _chunks(waiting):
            answers = {str(item.get(name)): item for item in send(chunk)}
            for each in chunk:
                answer = answers.get(each, _UNANSWERED)
                status = answer.get("status_code")
                # An item without a status has an unknown outcome, like a 500.
                status = status if isinstance(status, int) else 500
                if status not in done and not (status == 409 and confirm(each)):
                    (again if status in (409, 429) or status >= 500 else refused)[each] = answer["words"]
        if not again:
            break
        if len(again) < len(waiting):
            end.restart()
        if not end.wait(wait * (0.5 + limits.chance() / 2)):
            refused.update(again)
            break
        wait = min(2 * wait, limits.longest_wait)
        waiting = list(again)
    if refused:
        raise PartialFailure(
            f"the service refused {len(refused)} of the {what}; the other changes were made",
            [f"{each}: {words}" for each, words in sorted(refused.items())],
            hint="correct or remove them, and run again",
        )


def add_members(api: Client, group_id: str, members: Iterable[MemberState]) -> None:
    """Add identities to a group. Skip identities that are already members."""
    types = {member.iam_id: member.type for member in members}

    def send(chunk: list[str]) -> Iterable[Item]:
        body = {"members": [{"iam_id": iam_id, "type": types[iam_id]} for iam_id in chunk]}
        return _answers(api.put("/v2/groups/{}/members", group_id, json=body), "members")

    def is_access_group_member(iam_id: str) -> bool:
        try:
            api.head("/v2/groups/{}/members/{}", group_id, iam_id)
        except NotFound:
            return False
        return True

    run_items(
        api, types, send, name="iam_id", done=frozenset({200, 201}), what="members", confirm=is_access_group_member
    )


def remove_members(api: Client, group_id: str, iam_ids: Iterable[str]) -> None:
    """Remove identities from a group. If a member or the group does not exist, do nothing."""
    run_items(api, iam_ids, lambda chunk: _removed(api, group_id, chunk), name="iam_id", done=_REMOVED, what="members")


def add_to_groups(api: Client, account_id: str, iam_id: str, type: str, group_ids: Iterable[str]) -> None:
    """Add one identity to groups. Skip groups that already contain the identity."""

    def send(chunk: list[str]) -> Iterable[Item]:
        body = {"type": type, "groups": chunk}
        path = "/v2/groups/_allgroups/members/{}"
        return _answers(api.put(path, iam_id, json=body, params={"account_id": account_id}), "groups")

    run_items(api, group_ids, send, name="access_group_id", done=frozenset({200, 201}), what="groups")


def remove_from_groups(api: Client, iam_id: str, group_ids: Iterable[str]) -> None:
    """Remove one identity from these groups only. Skip groups that do not contain it, or no longer exist."""

    def send(chunk: list[str]) -> Iterable[Item]:
        for group_id in chunk:
            for item in _removed(api, group_id, [iam_id]):
                yield {**item, "access_group_id": group_id}

    run_items(api, group_ids, send, name="access_group_id", done=_REMOVED, what="groups")


def items_of(reply: Reply, key: str) -> list[Item]:
    """Return the items of a reply. A body without the list is an error, because it does not mean an empty list.

    :raises UnexpectedReply: the reply does not contain the list.
    """
    items = reply.fields().get(key)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise reply.unexpected(f"expected a list under {key!r}")
    return items


def _removed(api: Client, group_id: str, iam_ids: list[str]) -> Iterable[Item]:
    try:
        reply = api.post("/v2/groups/{}/members/delete", group_id, json={"members": iam_ids}, repeatable=True)
    except NotFound:  # none of them is a member, or the group does not exist
        return [{"iam_id": iam_id, "status_code": 404} for iam_id in iam_ids]
    return _answers(reply, "members")


def _answers(reply: Reply, key: str) -> Iterator[Item]:
    """Return the items of a reply, each with ``words`` for the user: its status and the service's message."""
    for item in items_of(reply, key):
        status, errors = item.get("status_code"), item.get("errors")
        messages = [str(error.get("message", "")) for error in errors or () if isinstance(error, dict)]
        trace = f" (transaction id {reply.quoted(item['trace'], 100)})" if item.get("trace") else ""
        words = f"{status if isinstance(status, int) else 'no status'} {reply.quoted('; '.join(messages))}{trace}"
        yield {**item, "words": words}


def _chunks(items: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
