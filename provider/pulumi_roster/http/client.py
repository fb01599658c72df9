"""The shared API client: all of HTTP that the resources of the four systems need, and no rule of any one of them.

A path is a template, its ids are given apart and percent-encoded here: ``client.get("/v2/groups/{}", group_id)``. The
template is also the route by which limits are kept and requests are counted.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from ..errors import (
    ConnectionFailed,
    InvalidIdentifier,
    NotFound,
    PreconditionFailed,
    ReplyLost,
    RosterError,
    UnexpectedReply,
    error_class,
)
from ..redaction import quoted, redacted, start_of
from . import transports
from .paging import BY_NEXT, Paging, walk
from .reply import Json, Reply

__all__ = ["Client", "Dialect", "Reply"]

try:
    _VERSION = version("pulumi-roster")
except PackageNotFoundError:  # a source tree that was never installed
    _VERSION = "0"
_HEADERS = {
    "User-Agent": f"pulumi-roster/{_VERSION} httpx/{httpx.__version__}",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
}


@dataclass(frozen=True)
class Dialect:
    """What is particular to a service's way of speaking HTTP.

    :param title: the service's name as its users know it.
    :param error: takes the code and the words out of an error body.
    :param meaning: the status that an answer really means, given its status, code and words: services answer 400 for
        what is absent, and 500 for what they refuse.
    :param transaction_header: the request header that carries our transaction id, or "".
    :param hints: what to do, by code, or else by the status that is meant.
    :param headers: sent with every request.
    """

    title: str
    error: Callable[[Json], tuple[str, str]]
    meaning: Callable[[int, str, str], int] = lambda status, code, words: status
    transaction_header: str = ""
    hints: Mapping[int | str, str] | None = None
    headers: Mapping[str, str] | None = None


class Client:
    """One service of one account or tenant. Thread-safe; the connections are shared by all threads.

    :param base_url: the address before the paths, without a trailing slash.
    :param auth: how requests prove who we are.
    :param dialect: what is particular to the service.
    :param limits: limits of time and size.
    """

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth | None,
        dialect: Dialect,
        limits: transports.Limits | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.dialect = dialect
        self.limits = limits or transports.Limits()
        self._http = httpx.Client(
            auth=auth,
            transport=transports.stack(self.base_url, self.limits),
            headers={**_HEADERS, **(dialect.headers or {})},
            timeout=httpx.Timeout(self.limits.read, connect=self.limits.connect),
            trust_env=False,
        )
        self._ahead = 0.0
        self._locks: dict[tuple[Any, ...], threading.Lock] = defaultdict(threading.Lock)
        self._locks_lock = threading.Lock()

    def lock(self, *what: Any) -> threading.Lock:
        """A lock by name, for those in this process who would get into each other's way at the service."""
        with self._locks_lock:
            return self._locks[what]

    def close(self) -> None:
        """Gives the connections back."""
        self._http.close()

    def now(self) -> float:
        """The service's own time in epoch seconds, as its last ``Date`` header told: creation times are compared with
        this."""
        return self.limits.wall_clock() + self._ahead

    def get(self, path: str, *ids: str, params: Mapping[str, Any] | None = None) -> Reply:
        """Reads."""
        return self.request("GET", path, *ids, params=params, repeatable=True)

    def head(self, path: str, *ids: str) -> Reply:
        """Asks whether something is there: a reply if so, ``NotFound`` if not."""
        return self.request("HEAD", path, *ids, repeatable=True)

    def post(
        self,
        path: str,
        *ids: str,
        json: Json = None,
        params: Mapping[str, Any] | None = None,
        repeatable: bool = False,
        within: float | None = None,
    ) -> Reply:
        """Creates. Sent again only when the service surely did not act, unless it is said to be ``repeatable``."""
        return self.request("POST", path, *ids, json=json, params=params, repeatable=repeatable, within=within)

    def put(
        self,
        path: str,
        *ids: str,
        json: Json = None,
        params: Mapping[str, Any] | None = None,
        within: float | None = None,
    ) -> Reply:
        """Replaces, or adds to a set: twice is the same as once."""
        return self.request("PUT", path, *ids, json=json, params=params, repeatable=True, within=within)

    def delete(self, path: str, *ids: str, params: Mapping[str, Any] | None = None) -> Reply:
        """Removes: twice is the same as once."""
        return self.request("DELETE", path, *ids, params=params, repeatable=True)

    def edit(self, method: str, path: str, *ids: str, body: Callable[[Reply], Json], attempts: int = 5) -> Reply:
        """Changes an object that must be named by its revision: reads it, and writes with ``If-Match``.

        When somebody else was faster (412), it is read again and ``body`` is asked again, a bounded number of times.

        :param method: ``PATCH`` or ``PUT``.
        :param body: what to send, given what was read; ``None`` for nothing to change, which answers what was read.
        :raises PreconditionFailed: the object changed at every attempt.
        """
        for left in reversed(range(attempts)):
            read = self.get(path, *ids)
            json = body(read)
            if json is None:
                return read
            if not re.fullmatch("[ -~]+", read.etag):
                raise read.unexpected(f"there is no ETag to name the revision by, given {read.etag!r}")
            try:
                # Repeatable: a second try of a write that was done meets 412, and is judged by reading again.
                return self.request(method, path, *ids, json=json, headers={"If-Match": read.etag}, repeatable=True)
            except PreconditionFailed as error:
                if not left:
                    error.hint = "somebody else keeps changing this object; run again when they are done"
                    raise
                self.limits.sleep(self.limits.first_wait * self.limits.chance())
        raise AssertionError("unreachable")

    def pages(
        self,
        path: str,
        *ids: str,
        key: str,
        row_id: str | Callable[[Json], str],
        params: Mapping[str, Any] | None = None,
        paging: Paging = BY_NEXT,
        attempts: int = 4,
    ) -> Iterator[tuple[Reply, Json]]:
        """Every row of a paged collection, each with the reply it came in.

        While others write, a page may skip or repeat a row: rows are told apart by ``row_id`` and counted against the
        total that the service gives, and a listing that does not add up is read again.

        :param key: where the rows are in the body.
        :param row_id: the field that tells rows apart, or what makes such a text of a row.
        :param paging: how the service hands out pages.
        :raises UnexpectedReply: the listing did not add up at any attempt.
        """
        identify = row_id if callable(row_id) else lambda row: str(row[row_id])
        given = {name: value for name, value in (params or {}).items() if value is not None}
        for left in reversed(range(attempts)):
            rows, total, last = walk(lambda query: self.get(path, *ids, params=query), key, identify, given, paging)
            if len(rows) >= total:
                return iter(rows)
            if not left:
                raise last.unexpected(
                    f"it lists {total} rows under {_fill(path, ids)}, but gave {len(rows)} different ones every time",
                    hint="others are changing this collection; run again when they are done",
                )
            self.limits.sleep(self.limits.first_wait * self.limits.chance())
        raise AssertionError("unreachable")

    def request(
        self,
        method: str,
        path: str,
        *ids: str,
        json: Json = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
        within: float | None = None,
    ) -> Reply:
        """One call, with its repetitions.

        :param path: a template with ``{}`` for each of ``ids``.
        :param params: the query; ``None`` values are left out, booleans are lower case.
        :param repeatable: whether twice is the same as once.
        :param within: seconds in which it may be sent, first or again. Its reply is awaited for longer, a quarter of
            the budget: a write that is given up may be done later, when nobody reckons with it any more.
        :raises ServiceError: the service refused; the class tells how.
        :raises ConnectionFailed: the service was not reached.
        :raises OutcomeUnknown: the request was sent and no reply came, or one that cannot be understood.
        """
        header, transaction_id = self.dialect.transaction_header, ""
        more = dict(headers or {})
        if header:
            more[header] = transaction_id = f"roster-{uuid.uuid4()}"
        filled = _fill(path, ids)
        try:
            request = self._http.build_request(
                method, self.base_url + filled, json=json, params=_query(params), headers=more
            )
        except (ValueError, httpx.InvalidURL) as error:  # half a character, not-a-number, an endless name
            raise InvalidIdentifier(
                f"{method} {quoted(filled)} cannot be sent: {quoted(error)}", hint="check the ids, names and values"
            ) from None
        request.extensions = {
            "route": path,
            "repeatable": repeatable,
            **self._limits(within),
            "timeout": httpx.Timeout(self.limits.read, connect=self.limits.connect).as_dict(),
            "tracing": {header: transaction_id} if header else {},
        }
        try:
            response = self._http.send(request, follow_redirects=False)
        except httpx.HTTPError as error:
            # Its own text stays out of sight: it may repeat what the service sent, and that what we sent.
            raise self._lost(error, request, f"{method} {filled}", transaction_id) from None
        told = transports.http_date(response.headers.get("date", ""))
        if told is not None:
            self._ahead = told - self.limits.wall_clock()
        if response.status_code >= 300:
            raise self._refused(response, f"{method} {filled}", transaction_id)
        return Reply(response, self.dialect.title, transaction_id)

    def _limits(self, within: float | None) -> dict[str, float]:
        now, budget = self.limits.clock(), self.limits.budget
        return {"deadline": now + budget} if within is None else {"send_by": now + within, "deadline": now + budget / 4}

    def _lost(self, error: httpx.HTTPError, request: httpx.Request, what: str, transaction_id: str) -> RosterError:
        where = f"{self.dialect.title} at {urlsplit(self.base_url).netloc}"
        why = quoted(str(error) or type(error).__name__, request.extensions.get("secrets", ()))
        if error.request is not request:  # the auth's own: without a token, nothing else is sent
            return ConnectionFailed(
                f"{where} gave no token: {why}", hint=_hint_for(error), transaction_id=transaction_id
            )
        if isinstance(error, _NOT_SENT):
            return ConnectionFailed(f"{where} was not reached: {why}", hint=_hint_for(error))
        if isinstance(error, (transports.ReplyTooLarge, httpx.DecodingError)):
            return UnexpectedReply(f"{where}, {what}: {why}", transaction_id=transaction_id)
        return ReplyLost(
            f"{where} gave no complete reply to {what}: {why}",
            hint="run again: what was done meanwhile is looked for first",
            transaction_id=transaction_id,
        )

    def _refused(self, response: httpx.Response, what: str, transaction_id: str) -> RosterError:
        title, status = self.dialect.title, response.status_code
        secrets = response.request.extensions.get("secrets", ())
        told = quoted(_own_transaction(response), secrets, limit=100) or transaction_id
        if status < 400:
            where = quoted(response.headers.get("location", "nowhere").partition("?")[0], secrets, limit=200)
            return UnexpectedReply(
                f"{title} answered {what} with a redirect ({status}) to {where}",
                hint="credentials never follow a redirect; configure the service's own address",
                transaction_id=told,
            )
        try:
            code, words = self.dialect.error(redacted(response.json(), secrets))
        except (ValueError, RecursionError, KeyError, TypeError, AttributeError, IndexError):
            code, words = "", re.sub(r"<[^>]*>", " ", start_of(response.content, secrets))
        code, words = quoted(code or "", secrets, limit=100), quoted(words or "", secrets, limit=500)
        means, hints = self.dialect.meaning(status, code, words), self.dialect.hints or {}
        kind = error_class(means)
        if NotFound in (kind, error_class(status)) and "html" in response.headers.get("content-type", ""):
            # A proxy's page, or a wrong address. Taken for the service's word, it would drop all objects from the
            # state, or be told as something that the user declared wrongly.
            return UnexpectedReply(
                f"{title} answered {status} to {what} with a web page: {words}",
                hint="check the address, and whether a proxy stands between",
                transaction_id=told,
            )
        return kind(
            f"{title} answered {status}{f' {code}' if code else ''} to {what}",
            status=status,
            code=code,
            words=words,
            transaction_id=told,
            hint=hints.get(code) or hints.get(means, ""),
        )


# After these, nothing was sent.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.LocalProtocolError,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


def _hint_for(error: httpx.HTTPError) -> str:
    if transports.is_certificate_error(error):
        return "an authority of your own is trusted when SSL_CERT_FILE names its certificate; check the address"
    return "check the address, the network and the proxy"


def _own_transaction(response: httpx.Response) -> str:
    """The id under which the service itself knows the call."""
    try:
        trace = response.json().get("trace", "")
    except (ValueError, AttributeError, RecursionError):
        trace = ""
    return str(trace or response.headers.get("x-global-transaction-id", ""))


def _fill(path: str, ids: tuple[str, ...]) -> str:
    parts = path.split("{}")
    if len(parts) != len(ids) + 1:
        raise TypeError(f"{path!r} takes {len(parts) - 1} ids, {len(ids)} given")
    return "".join(part + (segment(ids[i]) if i < len(ids) else "") for i, part in enumerate(parts))


def segment(text: str) -> str:
    """An id or name as one segment of a path, whatever it holds.

    :raises InvalidIdentifier: it is empty, ``.`` or ``..`` (which servers and proxies take for a way through the tree
        even when encoded), or holds a control character.
    """
    if text in {"", ".", ".."} or re.search(r"[\x00-\x1f\x7f]", text):
        raise InvalidIdentifier(f"{text!r} cannot be part of an address", hint="check the id or the name")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise InvalidIdentifier(f"{text!r} is not valid text", hint="check the id or the name") from None


def _query(params: Mapping[str, Any] | None) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in (params or {}).items()
        if value is not None
    }
