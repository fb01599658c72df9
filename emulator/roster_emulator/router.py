"""Finds the API and the route of a raw path."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.routing import compile_path

from roster_emulator.api import Api, Route


@dataclass(frozen=True)
class Match:
    """The route of a request; ``None`` if the path is unknown, or known with other methods only."""

    route: Route | None
    template: str
    params: dict[str, str]


class Router:
    """The routes of all APIs.

    It matches raw paths, so that ``%2F`` stays in its segment, and decodes the parameters.
    """

    def __init__(self, apis: Sequence[Api]) -> None:
        self._prefixes = sorted(
            ((prefix, api) for api in apis for prefix in api.prefixes), key=lambda pair: -len(pair[0])
        )
        self._routes: dict[str, list[tuple[re.Pattern[str], Route]]] = {
            api.name: [(compile_path(route.template)[0], route) for route in api.routes] for api in apis
        }

    def api(self, path: str) -> Api | None:
        """Return the API of a path."""
        return next((api for prefix, api in self._prefixes if path.startswith(prefix)), None)

    def match(self, api: Api, method: str, path: str) -> Match:
        """Return the first route of the API that fits."""
        other: str | None = None
        for pattern, route in self._routes[api.name]:
            found = pattern.match(path)
            if found is None:
                continue
            if route.method == method:
                params = {name: unquote(value) for name, value in found.groupdict().items()}
                return Match(route, route.template, params)
            other = other or route.template
        return Match(None, other or UNKNOWN, {})


UNKNOWN = "(unknown)"
