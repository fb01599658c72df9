"""Stacks the transports that a request passes, one duty each.

Retry            repeats a request if that is safe, until the deadline of the call
└─ RateGate      waits before a rate limit is hit
   └─ Log        writes one line for each request, without credentials
      └─ WholeBody   reads the whole body, within limits of size and time
         └─ httpx.HTTPTransport
"""

from __future__ import annotations

import logging
import time

import httpx

from .layer import Layer
from .limits import Limits
from .rate_gate import RateGate
from .retry import Retry
from .tls_and_proxies import Tls, certificates, proxy_for
from .whole_body import WholeBody

__all__ = ["Log", "stack"]

log = logging.getLogger("pulumi_roster.http")


def stack(
    base_url: str, limits: Limits, bottom: httpx.BaseTransport | None = None, tls: Tls | None = None
) -> httpx.BaseTransport:
    """Return the whole stack for one service.

    :param tls: the certificates of this connection, by default those of the environment.
    :param bottom: sends a request once; by default over the network, with verified certificates.
    :raises SettingsError: the environment names a proxy or certificates that cannot be used.
    """
    if bottom is None:
        tls = tls or Tls()
        bottom = httpx.HTTPTransport(
            verify=tls.context or certificates(base_url),
            proxy=proxy_for(base_url),
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=8, keepalive_expiry=30),
        )
        if tls.server_name:
            bottom = ServerName(bottom, tls.server_name)
    return Retry(RateGate(Log(WholeBody(bottom, limits)), limits), limits)


class ServerName(Layer):
    """Expects another name in the service's certificate than the host of the address."""

    def __init__(self, below: httpx.BaseTransport, name: str) -> None:
        super().__init__(below)
        self.name = name

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = self.name
        return self.below.handle_request(request)


class Log(Layer):
    """Logs one line for each request: at level DEBUG its method, path, status and time; at level INFO a failure.

    Headers, bodies and queries may contain credentials, so they are never logged.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        start = time.monotonic()
        try:
            reply = self.below.handle_request(request)
        except httpx.TransportError as error:
            log.info("%s %s failed: %s", request.method, _path(request), type(error).__name__)
            raise
        log.debug(
            "%s %s -> %d in %.0f ms",
            request.method,
            _path(request),
            reply.status_code,
            1000 * (time.monotonic() - start),
        )
        return reply


def _path(request: httpx.Request) -> str:
    """Return the path as it was sent. Ids stay encoded, so that they cannot forge a line of the log."""
    return request.url.raw_path.partition(b"?")[0].decode("ascii", "replace")
