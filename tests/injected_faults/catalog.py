"""The matrix: every fault that one call can meet, and how the verb ends. The tests run these declarations, and
docs/faults.md is written from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faults.endings import OLD, REPAIRED, Fault, Otherwise, Roles, error, repaired_or

from pulumi_roster.errors import (
    BadRequest,
    ConnectionFailed,
    PartialFailure,
    PreconditionFailed,
    RateLimited,
    ReplyLost,
    ServerError,
    ServiceError,
    UnexpectedReply,
)

__all__ = ["CONNECTION", "FAULTS"]

READS: Roles = frozenset({"read", "look"})
LOOKS: Roles = frozenset({"look"})
WRITES: Roles = frozenset({"write"})
TOKEN: Roles = frozenset({"token"})

_NO_TOKEN = "Where it is the token that cannot be had, nothing else is sent"
_NO_TOKEN_REFUSED = Otherwise(_NO_TOKEN, error(ServiceError), roles=TOKEN)
_NO_TOKEN_LOST = Otherwise(_NO_TOKEN, error(ConnectionFailed), roles=TOKEN)

_ANEW = (
    "What AppSec+ holds, and the members of a group of Vault, are read, changed, written and looked at again; a write"
    " that is refused for now starts this anew"
)
_VAULT_500 = Otherwise(
    "Vault answers 500 to what it refuses as well: it is not asked again, but what may have been done is looked for",
    repaired_or(ServerError),
    kinds="vault.*",
)
_FOUND = Otherwise(
    "The group that was made is found by its name instead",
    REPAIRED,
    kinds="vault.IdentityGroup",
    verbs=("create",),
    roles=LOOKS,
)
_NOT_KNOWN = Otherwise(
    "Britive answers so for an application that it does not know", error(BadRequest), call="GET /api/apps/{app}"
)
_NOT_VAULT = Otherwise(
    "A 404 without Vault's own words comes from an address that is not Vault's",
    error(BadRequest),
    call="GET /v1/identity/group/name/{name:path}",
)
_ALREADY = Otherwise(
    "Britive answers 400 to what is mapped already, and this is half of it", error(BadRequest), call="POST */users*"
)
_NO_ITEM = "An item of a 207 that does not say which it is, or how it went, is told as refused"
_NO_ITEMS = (
    Otherwise(_NO_ITEM, error(PartialFailure), fields=("status_code",)),
    Otherwise(
        _NO_ITEM,
        repaired_or(UnexpectedReply, PartialFailure),
        kinds="ibm.*Member*",
        roles=WRITES,
        fields=("iam_id", "access_group_id"),
    ),
)
_READS_AS_NONE = "A rule may have no name, a group no description: the next `up` mends the difference"
_MAY_LACK = (
    Otherwise(_READS_AS_NONE, OLD, kinds="ibm.AccessGroupRule", verbs=("read",), fields=("name",)),
    Otherwise(_READS_AS_NONE, OLD, kinds="ibm.AccessGroupRule", roles=WRITES, fields=("name",)),
    Otherwise(_READS_AS_NONE, OLD, kinds="ibm.AccessGroup", verbs=("update",), fields=("description",)),
    Otherwise(_READS_AS_NONE, OLD, kinds="britive.EnvironmentGroup", verbs=("update",), fields=("description",)),
)
_BEARS_NO_TIME = tuple(
    Otherwise(
        "Links and lists of members bear no time of creation: a refresh shows a difference, and the next `up` mends it",
        OLD,
        kinds=kinds,
        verbs=("read", "list"),
    )
    for kinds in ("*Members*", "ibm.MemberAccessGroups", "britive.AccountMapping")
)


def _status(status: int, **more: Any) -> Mapping[str, Any]:
    return {"kind": "status", "status": status, **more}


def _after(status: int) -> Mapping[str, Any]:
    return {"kind": "status_after", "status": status}


def _server_error(status: int, plan: Mapping[str, Any], name: str, *, works: bool) -> Fault:
    vault = (_VAULT_500,) if status == 500 else ()
    return Fault(
        name,
        plan,
        REPAIRED,
        repaired_or(ServerError) if works else error(ServerError),
        works=works,
        otherwise=vault,
        lasting_otherwise=(_NO_TOKEN_REFUSED, _FOUND),
    )


_REFUSED_FOR_NOW = [
    Fault("429", _status(429), REPAIRED, error(RateLimited)),
    Fault("429, `Retry-After: 5`", _status(429, retry_after=5), REPAIRED, error(RateLimited)),
    Fault("429, `Retry-After` a date in 5 s", _status(429, retry_after_date=5), REPAIRED, error(RateLimited)),
    Fault("429, `X-RateLimit-Reset` in the past", _status(429, reset=-30), REPAIRED, error(RateLimited)),
    Fault("429, `X-RateLimit-Reset` in 10 s", _status(429, reset=10), REPAIRED, error(RateLimited)),
    Fault(
        "429, `X-RateLimit-Reset` in an hour",
        _status(429, reset=3600),
        error(RateLimited),
        error(RateLimited),
        otherwise=(
            Otherwise(_ANEW, REPAIRED, kinds="*.GroupMembers", roles=WRITES),
            Otherwise(_ANEW, REPAIRED, kinds="appsec.IdentityGroup", verbs=("update",), roles=WRITES),
        ),
    ),
    *(_server_error(status, _status(status), f"{status}", works=False) for status in (500, 502, 503, 504)),
    *(_server_error(status, _after(status), f"{status} after the work", works=True) for status in (500, 502, 503, 504)),
]

_AFTER = "connection closed after the work"
_LOST = [
    Fault(
        "connection closed",
        {"kind": "drop"},
        REPAIRED,
        error(ReplyLost),
        lasting_otherwise=(_NO_TOKEN_LOST, _FOUND),
    ),
    Fault("connection reset", {"kind": "drop", "how": "reset"}, REPAIRED, like="connection closed"),
    Fault(
        _AFTER,
        {"kind": "drop_after"},
        REPAIRED,
        repaired_or(ReplyLost),
        works=True,
        lasting_otherwise=(_NO_TOKEN_LOST,),
    ),
    Fault("connection reset after the work", {"kind": "drop_after", "how": "reset"}, REPAIRED, like=_AFTER, works=True),
    Fault(
        "no answer in time, the work is done", {"kind": "slow_headers"}, REPAIRED, like=_AFTER, works=True, slow=True
    ),
    Fault("no answer in time, the work is done later", {"kind": "hold"}, REPAIRED, like=_AFTER, works=True, slow=True),
    Fault("a body that does not end in time", {"kind": "slow_body"}, REPAIRED, like=_AFTER, works=True, slow=True),
    Fault(
        "a body that is cut off",
        {"kind": "truncated"},
        REPAIRED,
        repaired_or(ReplyLost),
        works=True,
        lasting_otherwise=(_NO_TOKEN_LOST,),
    ),
    Fault(
        "a body that is cut off by a reset",
        {"kind": "truncated", "how": "reset"},
        REPAIRED,
        like="a body that is cut off",
        works=True,
    ),
    Fault(
        "connection closed after the work, then three stale reads",
        {"kind": "drop_after"},
        REPAIRED,
        works=True,
        roles=WRITES,
        then={"kind": "stale", "times": 3},
    ),
]

_NONSENSE = [
    Fault(
        "truncated JSON",
        {"kind": "truncated", "how": "json"},
        REPAIRED,
        repaired_or(UnexpectedReply),
        works=True,
        otherwise=(_NOT_VAULT,),
        lasting_otherwise=(_NOT_VAULT, _ALREADY),
    ),
    Fault("a page of HTML", {"kind": "html"}, REPAIRED, error(UnexpectedReply), lasting_otherwise=(_FOUND,)),
    Fault(
        "a page of HTML, 404",
        {"kind": "html", "status": 404},
        REPAIRED,
        error(UnexpectedReply),
        otherwise=(_NO_TOKEN_REFUSED,),
        lasting_otherwise=(_NO_TOKEN_REFUSED, _FOUND),
    ),
    Fault(
        "a page of HTML after the work",
        {"kind": "html", "work": True},
        REPAIRED,
        repaired_or(UnexpectedReply),
        works=True,
    ),
    Fault(
        "an empty 200",
        {"kind": "empty", "status": 200},
        REPAIRED,
        repaired_or(UnexpectedReply),
        works=True,
        otherwise=(_NOT_KNOWN,),
        lasting_otherwise=(_NOT_KNOWN,),
    ),
    Fault("a 200 with an unknown field", {"kind": "extra_field"}, REPAIRED, REPAIRED, works=True),
    Fault(
        "a 200 with a missing field",
        {"kind": "missing_field"},
        REPAIRED,
        repaired_or(UnexpectedReply),
        works=True,
        otherwise=(_NOT_VAULT, *_MAY_LACK),
        lasting_otherwise=(_NOT_VAULT, *_MAY_LACK, *_NO_ITEMS),
    ),
    Fault(
        "a redirect to another host",
        {"kind": "redirect"},
        REPAIRED,
        error(UnexpectedReply),
        lasting_otherwise=(_FOUND,),
    ),
    Fault(
        "a redirect to another host after the work",
        {"kind": "redirect", "work": True},
        REPAIRED,
        repaired_or(UnexpectedReply),
        works=True,
    ),
]

_CHANGING = [
    Fault(
        "a stale read",
        {"kind": "stale"},
        REPAIRED,
        roles=READS,
        otherwise=_BEARS_NO_TIME,
    ),
    Fault("a page that repeats a row", {"kind": "page_repeat"}, REPAIRED, repaired_or(UnexpectedReply), roles=READS),
    Fault("a page that skips a row", {"kind": "page_skip"}, REPAIRED, repaired_or(UnexpectedReply), roles=READS),
    Fault("an ETag that changes each time", {"kind": "etag_churn"}, REPAIRED, repaired_or(PreconditionFailed)),
    *(
        Fault(
            f"207, all items {status}",
            {"kind": "items_fail", "status": status},
            REPAIRED,
            error(PartialFailure),
            needs="status_code",
        )
        for status in (409, 429, 500)
    ),
    Fault(
        "207, all items 403",
        {"kind": "items_fail", "status": 403},
        error(PartialFailure),
        error(PartialFailure),
        needs="status_code",
    ),
]

CONNECTION = [
    Fault("connection refused", {"kind": "refused"}, REPAIRED, error(ConnectionFailed)),
    Fault("connection reset at once", {"kind": "reset"}, REPAIRED, error(ConnectionFailed, ReplyLost)),
    Fault("a host name that is not found", {"kind": "unknown_host"}, REPAIRED, error(ConnectionFailed)),
    Fault(
        "a certificate that is not trusted", {"kind": "certificate"}, error(ConnectionFailed), error(ConnectionFailed)
    ),
]
"""Faults of the connection, which the first call of a run meets; ``test_connection.py`` makes them."""

FAULTS: dict[str, list[Fault]] = {
    "The service refuses, or fails": _REFUSED_FOR_NOW,
    "The reply is lost": _LOST,
    "The reply makes no sense": _NONSENSE,
    "The service shows something else": _CHANGING,
}
"""What the emulator makes, met by each call in turn, by the heading under which the table shows it."""
