"""Calls of many items, which answer 207: the status of each item decides, not that of the call.

At most 50 items a call. An item that failed for a reason that passes (409 conflict, 429, 5xx), or that is not answered
for, is sent again; the others are reported one by one, while all that could be done is done.
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

_UNANSWERED: Item = {"status_code": 500, "words": "500 the service did not answer for it"}


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
    """Sends items in chunks until each is done or surely refused.

    :param send: one call for one chunk; answers the items of the 207.
    :param name: the field of an item that says which it is.
    :param done: the item statuses that mean: as it should be.
    :param what: for the error: "members".
    :param confirm: asked about an item in conflict (409), which may mean that it is as it should be already.
    :raises PartialFailure: some were refused, each with the service's words.
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
                # How it went is not known, as little as after a 500.
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
            f"{len(refused)} of the {what} were refused, the others went through",
            [f"{each}: {words}" for each, words in sorted(refused.items())],
            hint="correct or remove them, and run again",
        )


def add_members(api: Client, group_id: str, members: Iterable[MemberState]) -> None:
    """Adds identities to a group; those that are in it already are fine."""
    types = {member.iam_id: member.type for member in members}

    def send(chunk: list[str]) -> Iterable[Item]:
        body = {"members": [{"iam_id": iam_id, "type": types[iam_id]} for iam_id in chunk]}
        return _answers(api.put("/v2/groups/{}/members", group_id, json=body), "members")

    def is_member(iam_id: str) -> bool:
        try:
            api.head("/v2/groups/{}/members/{}", group_id, iam_id)
        except NotFound:
            return False
        return True

    run_items(api, types, send, name="iam_id", done=frozenset({200, 201}), what="members", confirm=is_member)


def remove_members(api: Client, group_id: str, iam_ids: Iterable[str]) -> None:
    """Removes identities from a group; those that are not in it, and a group that is gone, are fine."""

    run_items(api, iam_ids, lambda chunk: _removed(api, group_id, chunk), name="iam_id", done=_REMOVED, what="members")


def add_to_groups(api: Client, account_id: str, iam_id: str, type: str, group_ids: Iterable[str]) -> None:
    """Adds one identity to groups; those that it is in already are fine."""

    def send(chunk: list[str]) -> Iterable[Item]:
        body = {"type": type, "groups": chunk}
        path = "/v2/groups/_allgroups/members/{}"
        return _answers(api.put(path, iam_id, json=body, params={"account_id": account_id}), "groups")

    run_items(api, group_ids, send, name="access_group_id", done=frozenset({200, 201}), what="groups")


def remove_from_groups(api: Client, iam_id: str, group_ids: Iterable[str]) -> None:
    """Removes one identity from these groups only; those that it is not in, and those that are gone, are fine."""

    def send(chunk: list[str]) -> Iterable[Item]:
        for group_id in chunk:
            for item in _removed(api, group_id, [iam_id]):
                yield {**item, "access_group_id": group_id}

    run_items(api, group_ids, send, name="access_group_id", done=_REMOVED, what="groups")


def items_of(reply: Reply, key: str) -> list[Item]:
    """The items that a reply must hold: a body without them is no empty list.

    :raises UnexpectedReply: it does not hold them.
    """
    items = reply.fields().get(key)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise reply.unexpected(f"a list of {key} was due")
    return items


def _removed(api: Client, group_id: str, iam_ids: list[str]) -> Iterable[Item]:
    try:
        reply = api.post("/v2/groups/{}/members/delete", group_id, json={"members": iam_ids}, repeatable=True)
    except NotFound:  # none of them is a member, or there is no group
        return [{"iam_id": iam_id, "status_code": 404} for iam_id in iam_ids]
    return _answers(reply, "members")


def _answers(reply: Reply, key: str) -> Iterator[Item]:
    """The items of a reply, each with ``words`` that can be shown: its status and what the service says of it."""
    for item in items_of(reply, key):
        status, errors = item.get("status_code"), item.get("errors")
        said = [str(error.get("message", "")) for error in errors or () if isinstance(error, dict)]
        trace = f" (transaction id {reply.quoted(item['trace'], 100)})" if item.get("trace") else ""
        told = f"{status if isinstance(status, int) else 'no status'} {reply.quoted('; '.join(said))}{trace}"
        yield {**item, "words": told}


def _chunks(items: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
