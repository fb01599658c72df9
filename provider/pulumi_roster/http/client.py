"""Sends the requests of all resources to one service, and returns replies or raises Roster's own errors.

A path is a template, and its ids are separate arguments: ``client.get("/v2/groups/{}", group_id)``. The client encodes
the ids. Services count their rate limits by the template.
"""

from __future__ import annotations

import copy
import re
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

import httpx

from ..errors import InvalidIdentifier, PreconditionFailed, RosterError
from ..redaction import quoted
from .addresses import fill, query
from .auth import Exchange, sign_out_until
from .call import Call
from .deadline import Deadline
from .dialect import Dialect
from .failures import error_from_reply, error_without_reply
from .limits import Limits
from .paging import walk
from .rate_gate import http_date
from .reply import Json, Reply
from .tls_and_proxies import Tls
from .transports import stack

__all__ = ["Client", "Dialect", "Reply"]

_HEADERS = {
    "User-Agent": f"pulumi-roster/{version('pulumi-roster')} httpx/{httpx.__version__}",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
}


class Client:
    """The client of one service, for one account or tenant. All threads share its connections.

    :param base_url: the address before the paths.
    :param auth: adds the credentials to requests.
    :param dialect: how the service speaks HTTP.
    :param limits: limits of time and size.
    :param tls: the certificates of this connection, by default those of the environment.
    :param transport: replaces the network transport; for tests. Retries, rate limits and the limits of size and time
        still apply.
    """

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth | None,
        dialect: Dialect,
        limits: Limits | None = None,
        *,
        tls: Tls | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.dialect = dialect
        self.limits = limits or Limits()
        self._auth = auth
        self._http = httpx.Client(
            auth=auth,
            transport=stack(self.base_url, self.limits, transport, tls),
            headers={**_HEADERS, **dialect.headers},
            timeout=httpx.Timeout(self.limits.read, connect=self.limits.connect),
            trust_env=False,
        )
        self._clock = _ServiceClock(self.limits)
        self._locks = _Locks()
        self._deadline: Deadline | None = None

    def for_verb(self) -> Client:
        """Return a client for one verb, whose calls share one deadline. Both clients share everything else."""
        client = copy.copy(self)
        client._deadline = Deadline(self.limits)
        return client

    @property
    def deadline(self) -> Deadline:
        """The deadline of the verb that this client serves. Without a verb, each call has a deadline of its own."""
        return self._deadline or Deadline(self.limits)

    @contextmanager
    def lock(self, *name: str) -> Iterator[None]:
        """Hold a lock by name, so that threads of this process take turns. The wait uses no budget of the verb."""
        lock = self._locks.get(name)
        waits = not lock.acquire(blocking=False)
        if waits:
            lock.acquire()
            self.deadline.restart()
        try:
            yield
        finally:
            lock.release()

    def close(self, until: float | None = None) -> None:
        """Revoke a token that this client has fetched, if the service can do that, and close the connections.

        :param until: when to give up the revocation, if several clients share that moment.
        """
        if isinstance(self._auth, Exchange):
            self._auth.sign_out(self._http, sign_out_until() if until is None else until)
        self._http.close()

    def now(self) -> float:
        """Return the service's time in epoch seconds, from its last ``Date`` header, to compare with creation times."""
        return self._clock.now()

    def get(self, path: str, *ids: str, params: Mapping[str, Any] | None = None) -> Reply:
        """Read an object or a listing."""
        return self.request("GET", path, *ids, params=params, repeatable=True)

    def head(self, path: str, *ids: str) -> Reply:
        """Check that an object exists. Raise ``NotFound`` if it does not."""
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
        """Create or change an object.

        Unless ``repeatable``, the client sends the request again only if the service certainly did not act on it.
        """
        return self.request("POST", path, *ids, json=json, params=params, repeatable=repeatable, within=within)

    def put(
        self,
        path: str,
        *ids: str,
        json: Json = None,
        params: Mapping[str, Any] | None = None,
        within: float | None = None,
    ) -> Reply:
        """Replace an object, or add to a set. The client may send the request twice."""
        return self.request("PUT", path, *ids, json=json, params=params, repeatable=True, within=within)

    def delete(self, path: str, *ids: str, params: Mapping[str, Any] | None = None) -> Reply:
        """Remove an object. The client may send the request twice."""
        return self.request("DELETE", path, *ids, params=params, repeatable=True)

    def edit(self, method: str, path: str, *ids: str, body: Callable[[Reply], Json], attempts: int = 5) -> Reply:
        """Read an object, and write it with ``If-Match`` and the revision that was read.

        If another writer was faster (412), the client reads the object and calls ``body`` again.

        :param method: ``PATCH`` or ``PUT``.
        :param body: returns the content to send, from the reply that was read. If it returns ``None``, the client sends
            nothing and returns that reply.
        :raises PreconditionFailed: the object changed at every attempt.
        """
        for left in reversed(range(attempts)):
            read = self.get(path, *ids)
            json = body(read)
            if json is None:
                return read
            if not re.fullmatch("[ -~]+", read.etag):
                raise read.unexpected(f"the ETag must name the revision, got {read.etag!r}")
            try:
                # Repeatable: if the service applied the first request, the second gets 412, and this loop reads again.
                return self.request(method, path, *ids, json=json, headers={"If-Match": read.etag}, repeatable=True)
            except PreconditionFailed as error:
                if not left or not self._wait_for_others():
                    error.hint = "another writer keeps changing this object; run again when it has finished"
                    raise
        raise AssertionError("unreachable")

    def pages(
        self,
        path: str,
        *ids: str,
        key: str,
        row_id: str | Callable[[Json], str],
        params: Mapping[str, Any] | None = None,
        attempts: int = 4,
    ) -> Iterator[tuple[Reply, Json]]:
        """Return every row of a paged collection, each with the reply that contains it.

        While others write, a page may skip or repeat a row. So the client counts the different rows and compares their
        number with the total that the service states. If there are fewer, it reads the collection again.

        :param key: the field of the body that contains the rows.
        :param row_id: the field that identifies a row, or a function that returns a string that identifies it.
        :raises UnexpectedReply: every attempt gave fewer rows than the total.
        """
        paging = self.dialect.paging
        assert paging is not None, f"the dialect of {self.dialect.title} declares no paging"
        identify = row_id if callable(row_id) else lambda row: str(row[row_id])
        given = {name: value for name, value in (params or {}).items() if value is not None}
        for left in reversed(range(attempts)):
            rows, total, last = walk(lambda page: self.get(path, *ids, params=page), key, identify, given, paging)
            if len(rows) >= total:
                return iter(rows)
            if not left or not self._wait_for_others():
                raise last.unexpected(
                    f"expected {total} different rows of {fill(path, ids)}, got {len(rows)} at every attempt",
                    hint="other writers are changing this collection; run again when they have finished",
                )
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
        """Make one call, including its retries.

        :param path: a template with ``{}`` for each of ``ids``.
        :param params: the query; the client omits ``None``, and writes booleans in lower case.
        :param repeatable: whether sending the request twice has the same result as once.
        :param within: the client sends no request and no retry after this number of seconds. It waits longer for the
            reply: up to a quarter of the budget. If it stopped waiting earlier, the service could still apply the
            write.
        :raises ServiceError: the service refused the request; the class shows the reason.
        :raises Unreachable: the client did not reach the service.
        :raises OutcomeUnknown: the client sent the request, and got no usable reply.
        """
        call = self._call(path, repeatable, within)
        filled = fill(path, ids)
        what = f"{method} {filled}"
        try:
            request = self._http.build_request(
                method,
                self.base_url + filled,
                json=json,
                params=query(params),
                headers={**(headers or {}), **call.tracing},
                extensions=call.extensions(),
            )
        except (ValueError, httpx.InvalidURL) as error:  # an unpaired surrogate, NaN, a name that is too long
            raise InvalidIdentifier(
                f"{method} {quoted(filled)} cannot be sent: {quoted(error)}", hint="check the ids, names and values"
            ) from None
        try:
            reply = self._sent(request, what)
        except RosterError:
            if method not in ("GET", "HEAD"):
                self.deadline.allow_check()
            raise
        self.deadline.restart()
        return reply

    def _sent(self, request: httpx.Request, what: str) -> Reply:
        try:
            response = self._http.send(request, follow_redirects=False)
        except httpx.HTTPError as error:
            # Drop the cause: the library's text may repeat the reply, and the reply may repeat our credentials.
            raise error_without_reply(self.dialect, self.base_url, request, error, what) from None
        self._clock.learn(response)
        if response.status_code >= 300:
            raise error_from_reply(self.dialect, response, what)
        return Reply(response, self.dialect.title, Call.of(request).transaction_id)

    def _call(self, route: str, repeatable: bool, within: float | None) -> Call:
        header, now, deadline = self.dialect.transaction_header, self.limits.clock(), self.deadline.at
        return Call(
            route=route,
            repeatable=repeatable,
            deadline=deadline if within is None else now + self.limits.budget / 4,
            send_by=deadline if within is None else min(now + within, deadline),
            tracing={header: f"roster-{uuid.uuid4()}"} if header else {},
        )

    def _wait_for_others(self) -> bool:
        return self.deadline.wait(self.limits.first_wait * self.limits.chance())


class _ServiceClock:
    """Estimates the service's time from the ``Date`` headers of its replies."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._ahead = 0.0

    def learn(self, response: httpx.Response) -> None:
        date = http_date(response.headers.get("date", ""))
        if date is not None:
            self._ahead = date - self._limits.wall_clock()

    def now(self) -> float:
        return self._limits.wall_clock() + self._ahead


class _Locks:
    """Keeps one lock for each name."""

    def __init__(self) -> None:
        self._locks: dict[tuple[str, ...], threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def get(self, name: tuple[str, ...]) -> threading.Lock:
        with self._lock:
            return self._locks[name]
