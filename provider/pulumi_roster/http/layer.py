"""Defines the base of the transports that are stacked on one another."""

from __future__ import annotations

import httpx

__all__ = ["Layer"]


class Layer(httpx.BaseTransport):
    """A transport that does one thing and leaves the rest to the transport below."""

    def __init__(self, below: httpx.BaseTransport) -> None:
        self.below = below

    def close(self) -> None:
        self.below.close()
