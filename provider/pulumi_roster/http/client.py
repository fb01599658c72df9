"""Sends the requests of all resources to one service, and returns replies or raises our own errors.

A path is a template and its ids are given apart: ``client.get("/v2/groups/{}", group_id)``. The client encodes the ids.
Services count their rate limits by the template.
"""

from __future__ import annotations

import copy
import re
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import httpx

from ..errors import InvalidIdentifier, PreconditionFailed, RosterError
from ..redaction import quoted
from .addresses import fill, query
from .call import Call
from .deadline import Deadline
from .dialect import Dialect
from .failures import no_reply, refusal
from .limits import Limits
from .paging import walk
from .rate_gate import http_date
from .reply import Json, Reply
from .transports import stack

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


class Client:
    """The client of one service, for one account or tenant. All threads share its connections.

    :param base_url: the address before the paths.
    :param auth: adds the credentials to requests.
    :param dialect: how the service speaks HTTP.
    :param limits: limits of time and size.
    :param transport: sends each request once, in place of the network. Retries, rate limits and the limits of size and
        time work above it.
    """

    def __init__(
        self,
        base_url: str,
        auth: httpx.Auth | None,
        dialect: Dialect,
        limits: Limits | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.dialect = dialect
        self.limits = limits or Limits()
        self._http = httpx.Client(
            auth=auth,
            transport=stack(self.base_url, self.limits, transport),
            headers={**_HEADERS, **dialect.headers},
            timeout=httpx.Timeout(self.limits.read, connect=self.limits.connect),
            trust_env=False,
        )
        self._clock = _ServiceClock(self.limits)
        self._locks = _Locks()
        self._deadline: Deadline | None = None

    def for_verb(self) -> Client:
        """Return a client for one verb, whose calls share one deadline. It shares all else with this client."""
        client = copy.copy(self)
        client._deadline = Deadline(self.limits)
        return client

    @property
    def deadline(self) -> Deadline:
        """The deadline of the verb. Without a verb, each call has a deadline of its own."""
        return self._deadline or Deadline(self.limits)

    @contextmanager
    def lock(self, *name: str) -> Iterator[None]:
        """Hold a lock by name, so that threads of this process take turns. Waiting for it costs the verb no time."""
        lock = self._locks.get(name)
        waits = not lock.acquire(blocking=False)
        if waits:
            lock.acquire()
            self.deadline.restart()
        try:
            yield
        finally:
            lock.release()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def now(self) -> float:
        """Return the service's time in epoch seconds, by its last ``Date`` header. Creation times compare with it."""
        return self._clock.now()

    def get(self, path: str, *ids: str, params: Mapping[str, Any] | None = None) -> Reply:
        """Read."""
        return self.request("GET", path, *ids, params=params, repeatable=True)

    def head(self, path: str, *ids: str) -> Reply:
        """Check that an object exists; raises ``NotFound`` if it does not."""
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
        """Create. Unless ``repeatable``, the client sends it again only if the service certainly did not act."""
        return self.request("POST", path, *ids, json=json, params=params, repeatable=repeatable, within=within)

    def put(
        self,
        path: str,
        *ids: str,
        json: Json = None,
        params: Mapping[str, Any] | None = None,
        within: float | None = None,
    ) -> Reply:
        """Replace an object, or adds to a set. The client may send it twice."""
        return self.request("PUT", path, *ids, json=json, params=params, repeatable=True, within=within)

    def delete(self, path: str, *ids: str, params: Mapping[str, Any] | None = None) -> Reply:
        """Remove. The client may send it twice."""
        return self.request("DELETE", path, *ids, params=params, repeatable=True)

    def edit(self, method: str, path: str, *ids: str, body: Callable[[Reply], Json], attempts: int = 5) -> Reply:
        """Read an object, and writes it with ``If-Match`` and the revision that was read.

        If somebody else was faster (412), the client reads the object and asks ``body`` again.

        :param method: ``PATCH`` or ``PUT``.
        :param body: returns what to send, given what was read; ``None`` to send nothing and return what was read.
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
                # Repeatable: if the first request was done, the second gets 412, and the next attempt reads again.
                return self.request(method, path, *ids, json=json, headers={"If-Match": read.etag}, repeatable=True)
            except PreconditionFailed as error:
                if not left or not self._wait_for_others():
                    error.hint = "somebody else keeps changing this object; run again when they are done"
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
        """Return every row of a paged collection, each with the reply that contained it.

        While others write, a page may skip or repeat a row. So the client counts the different rows and compares them
        with the total that the service gives. If they differ, it reads the collection again.

        :param key: where the rows are in the body.
        :param row_id: the field that tells rows apart, or a function that makes such a text of a row.
        :raises UnexpectedReply: the rows did not add up to the total at any attempt.
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
                    f"it lists {total} rows under {fill(path, ids)}, but gave {len(rows)} different ones every time",
                    hint="others are changing this collection; run again when they are done",
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
        """Make one call, with its repetitions.

        :param path: a template with ``{}`` for each of ``ids``.
        :param params: the query; the client omits ``None``, and writes booleans in lower case.
        :param repeatable: whether sending the request twice has the same result as once.
        :param within: the seconds in which the client may send the request, first or again. It waits for the reply
            longer, a quarter of the budget: the service may apply a write after the client has stopped waiting for it.
        :raises ServiceError: the service refused; the class says how.
        :raises ConnectionFailed: the service was not reached.
        :raises OutcomeUnknown: the request was sent, and no usable reply came.
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
        except (ValueError, httpx.InvalidURL) as error:  # an unpaired surrogate, not-a-number, an endless name
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
            # Without its cause: the library's text may repeat what the service sent, and that what we sent.
            raise no_reply(self.dialect, self.base_url, request, error, what) from None
        self._clock.learn(response)
        if response.status_code >= 300:
            raise refusal(self.dialect, response, what)
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
    """Tells the service's time, as its replies give it."""

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
