"""Declares every injected fault, and how the verb that meets it must end.

The tests run these declarations, and ``page.py`` writes docs/faults.md from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from injected_faults.outcomes import DRIFT, REPAIRED, Fault, Roles, Unless, error, repaired_or
from pulumi_roster.errors import (
    BadRequest,
    PartialFailure,
    PreconditionFailed,
    RateLimited,
    ReplyLost,
    ServerError,
    ServiceError,
    UnexpectedReply,
    Unreachable,
)

READS: Roles = frozenset({"read", "confirm"})
CONFIRMS: Roles = frozenset({"confirm"})
WRITES: Roles = frozenset({"write"})
TOKEN: Roles = frozenset({"token"})

_NO_TOKEN = "Without a token, the run sends no other request"
_NO_TOKEN_REFUSED = Unless(_NO_TOKEN, error(ServiceError), roles=TOKEN)
_NO_TOKEN_LOST = Unless(_NO_TOKEN, error(Unreachable), roles=TOKEN)

_REPEATED = (
    "For AppSec+ groups and for the members of Vault groups, the provider reads, changes, writes and confirms. It"
    " repeats the whole sequence after a rate limit"
)
_VAULT_500 = Unless(
    "Vault also refuses requests with a 500, so the provider does not repeat the request, but looks for its effect",
    repaired_or(ServerError),
    kinds="vault.*",
)
_FOUND = Unless(
    "The provider finds the new group by its name instead",
    REPAIRED,
    kinds="vault.IdentityGroup",
    verbs=("create",),
    roles=CONFIRMS,
)
_NOT_KNOWN = Unless(
    "Britive sends the same reply for an unknown application", error(BadRequest), request="GET /api/apps/{app}"
)
_NOT_VAULT = Unless(
    "A 404 that is not in Vault's format does not come from Vault",
    error(BadRequest),
    request="GET /v1/identity/group/name/{name:path}",
)
_ALREADY = Unless(
    "Britive answers 400 if the mapping exists, and the error shows a part of that reply",
    error(BadRequest),
    request="POST */users*",
)
_NO_ITEM = "In a 207 reply, an item without its id or status counts as refused"
_NO_ITEMS = (
    Unless(_NO_ITEM, error(PartialFailure), fields=("status_code",)),
    Unless(
        _NO_ITEM,
        repaired_or(UnexpectedReply, PartialFailure),
        kinds="ibm.*Member*",
        roles=WRITES,
        fields=("iam_id", "access_group_id"),
    ),
)
_READ_AS_EMPTY = "A rule may lack a name, and a group may lack a description, so the next preview shows a difference"
_MAY_LACK = (
    Unless(_READ_AS_EMPTY, DRIFT, kinds="ibm.AccessGroupRule", verbs=("read",), fields=("name",)),
    Unless(_READ_AS_EMPTY, DRIFT, kinds="ibm.AccessGroupRule", roles=WRITES, fields=("name",)),
    Unless(_READ_AS_EMPTY, DRIFT, kinds="ibm.AccessGroup", verbs=("update",), fields=("description",)),
    Unless(_READ_AS_EMPTY, DRIFT, kinds="britive.EnvironmentGroup", verbs=("update",), fields=("description",)),
)
_NO_CREATION_TIME = tuple(
    Unless(
        "Memberships have no creation time, so a refresh after a stale read shows a difference",
        DRIFT,
        kinds=kinds,
        verbs=("read", "list"),
    )
    for kinds in ("*Members*", "ibm.MemberAccessGroups", "britive.AccountMapping")
)


def _status(status: int, **more: Any) -> Mapping[str, Any]:
    return {"kind": "status", "status": status, **more}


def _after(status: int) -> Mapping[str, Any]:
    return {"kind": "status_after", "status": status}


def _server_error(status: int, plan: Mapping[str, Any], name: str, *, work_done: bool) -> Fault:
    vault = (_VAULT_500,) if status == 500 else ()
    return Fault(
        name,
        plan,
        REPAIRED,
        repaired_or(ServerError) if work_done else error(ServerError),
        work_done=work_done,
        once_unless=vault,
        always_unless=(_NO_TOKEN_REFUSED, _FOUND),
    )


_REFUSED_FOR_NOW = [
    Fault("429", _status(429), REPAIRED, error(RateLimited)),
    Fault("429, `Retry-After: 5`", _status(429, retry_after=5), REPAIRED, error(RateLimited)),
    Fault("429, `Retry-After`: a date 5 s from now", _status(429, retry_after_date=5), REPAIRED, error(RateLimited)),
    Fault("429, `X-RateLimit-Reset` in the past", _status(429, reset=-30), REPAIRED, error(RateLimited)),
    Fault("429, `X-RateLimit-Reset` in 10 s", _status(429, reset=10), REPAIRED, error(RateLimited)),
    Fault(
        "429, `X-RateLimit-Reset` in an hour",
        _status(429, reset=3600),
        error(RateLimited),
        error(RateLimited),
        once_unless=(
            Unless(_REPEATED, REPAIRED, kinds="*.IdentityGroupMembers", roles=WRITES),
            Unless(_REPEATED, REPAIRED, kinds="appsec.IdentityGroup", verbs=("update",), roles=WRITES),
        ),
    ),
    *(_server_error(status, _status(status), f"{status}", work_done=False) for status in (500, 502, 503, 504)),
    *(
        _server_error(status, _after(status), f"{status} after processing", work_done=True)
        for status in (500, 502, 503, 504)
    ),
]

_AFTER = "connection closed after processing"
_LOST = [
    Fault(
        "connection closed",
        {"kind": "drop"},
        REPAIRED,
        error(ReplyLost),
        always_unless=(_NO_TOKEN_LOST, _FOUND),
    ),
    Fault("connection reset", {"kind": "drop", "how": "reset"}, REPAIRED, like="connection closed"),
    Fault(
        _AFTER,
        {"kind": "drop_after"},
        REPAIRED,
        repaired_or(ReplyLost),
        work_done=True,
        always_unless=(_NO_TOKEN_LOST,),
    ),
    Fault(
        "connection reset after processing",
        {"kind": "drop_after", "how": "reset"},
        REPAIRED,
        like=_AFTER,
        work_done=True,
    ),
    Fault("a timeout after processing", {"kind": "slow_headers"}, REPAIRED, like=_AFTER, work_done=True, slow=True),
    Fault("a timeout, and processing ends later", {"kind": "hold"}, REPAIRED, like=_AFTER, work_done=True, slow=True),
    Fault(
        "a timeout in the middle of the body", {"kind": "slow_body"}, REPAIRED, like=_AFTER, work_done=True, slow=True
    ),
    Fault(
        "an incomplete body",
        {"kind": "truncated"},
        REPAIRED,
        repaired_or(ReplyLost),
        work_done=True,
        always_unless=(_NO_TOKEN_LOST,),
    ),
    Fault(
        "an incomplete body, then a reset",
        {"kind": "truncated", "how": "reset"},
        REPAIRED,
        like="an incomplete body",
        work_done=True,
    ),
    Fault(
        "connection closed after processing, then three stale reads",
        {"kind": "drop_after"},
        REPAIRED,
        work_done=True,
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
        work_done=True,
        once_unless=(_NOT_VAULT,),
        always_unless=(_NOT_VAULT, _ALREADY),
    ),
    Fault("an HTML page", {"kind": "html"}, REPAIRED, error(UnexpectedReply), always_unless=(_FOUND,)),
    Fault(
        "an HTML page, 404",
        {"kind": "html", "status": 404},
        REPAIRED,
        error(UnexpectedReply),
        once_unless=(_NO_TOKEN_REFUSED,),
        always_unless=(_NO_TOKEN_REFUSED, _FOUND),
    ),
    Fault(
        "an HTML page after processing",
        {"kind": "html", "work": True},
        REPAIRED,
        repaired_or(UnexpectedReply),
        work_done=True,
    ),
    Fault(
        "an empty 200",
        {"kind": "empty", "status": 200},
        REPAIRED,
        repaired_or(UnexpectedReply),
        work_done=True,
        once_unless=(_NOT_KNOWN,),
        always_unless=(_NOT_KNOWN,),
    ),
    Fault("a 200 with an unknown field", {"kind": "extra_field"}, REPAIRED, REPAIRED, work_done=True),
    Fault(
        "a 200 with a missing field",
        {"kind": "missing_field"},
        REPAIRED,
        repaired_or(UnexpectedReply),
        work_done=True,
        once_unless=(_NOT_VAULT, *_MAY_LACK),
        always_unless=(_NOT_VAULT, *_MAY_LACK, *_NO_ITEMS),
    ),
    Fault(
        "a redirect to another host",
        {"kind": "redirect"},
        REPAIRED,
        error(UnexpectedReply),
        always_unless=(_FOUND,),
    ),
    Fault(
        "a redirect to another host after processing",
        {"kind": "redirect", "work": True},
        REPAIRED,
        repaired_or(UnexpectedReply),
        work_done=True,
    ),
]

_CHANGING = [
    Fault(
        "a stale read",
        {"kind": "stale"},
        REPAIRED,
        roles=READS,
        once_unless=_NO_CREATION_TIME,
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
    Fault("connection refused", {"kind": "refused"}, REPAIRED, error(Unreachable)),
    Fault("connection reset immediately", {"kind": "reset"}, REPAIRED, error(Unreachable, ReplyLost)),
    Fault("an unknown host name", {"kind": "unknown_host"}, REPAIRED, error(Unreachable)),
    Fault("an untrusted certificate", {"kind": "certificate"}, error(Unreachable), error(Unreachable)),
]
"""Faults of the connection, which the first request of a run meets. ``test_connection_faults.py`` produces them."""

FAULTS: dict[str, list[Fault]] = {
    "The service refuses or fails": _REFUSED_FOR_NOW,
    "The reply is lost": _LOST,
    "The reply is malformed": _NONSENSE,
    "The service shows changing data": _CHANGING,
}
"""Faults that the emulator produces, which each request meets in turn, by the heading on the page."""
