"""Lists the moments at which the tests kill a run. The requests that are under way name the moment.

The emulator holds the request, either before it does the work (which it then never does) or after it. The test kills
the run while the run waits. With ``--parallel 1`` the state holds all earlier steps, and no other request is under
way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from killed_runs.killable import ENGINE, LANGUAGE, LANGUAGE_HOST, PROVIDER, Killable
from killed_runs.project import Stack
from support.every_kind import expected_writes

ONE_AT_A_TIME = ("--parallel", "1")


@dataclass(frozen=True)
class Moment:
    """A moment at which a run is killed.

    :param routes: the requests that are under way, by route. The range counts the requests of the route, from 0.
    :param done: whether the service has done their work.
    """

    routes: Mapping[str, range]
    done: bool

    def __str__(self) -> str:
        names = [f"{route} {number + 1}" for route, which in self.routes.items() for number in which]
        return f"{'together ' * (self.count > 1)}{' and '.join(names)} {'done' if self.done else 'not done'}"

    @property
    def count(self) -> int:
        """The number of requests that are under way."""
        return sum(map(len, self.routes.values()))


def at(route: str, number: int = 0, done: bool = False) -> Moment:
    """Return the moment at which only this request is under way."""
    return Moment({route: range(number, number + 1)}, done)


def each(writes: Mapping[str, int], done: Iterable[bool] = (False, True)) -> list[Moment]:
    """Return one moment for each request of each route."""
    return [at(route, number, how) for route, count in writes.items() for number in range(count) for how in done]


def together(routes: Mapping[str, int]) -> list[Moment]:
    """Return the moments at which the first requests of several routes are under way at the same time."""
    return [Moment({route: range(count) for route, count in routes.items()}, done) for done in (False, True)]


def kill(stack: Stack, moment: Moment, verb: str) -> None:
    """Start ``pulumi up`` or ``pulumi destroy`` and kill it at the moment, with all its processes."""
    how = {"after": True} if moment.done else {"work": False}
    for route, before in moment.routes.items():
        method, _, template = route.partition(" ")
        stack.emulator.fault("hold", method=method, route=template, skip=before.start, times=len(before), **how)
    run = Killable(stack.project, verb, "--yes", "--skip-preview", *(ONE_AT_A_TIME if moment.count == 1 else ()))
    run.wait_until_held(stack.emulator, moment.count)
    killed = run.kill()
    program = (LANGUAGE_HOST, LANGUAGE) if verb == "up" else ()
    provider = (PROVIDER,) if moment not in REGISTRATION else ()
    for part in (ENGINE, *program, *provider):
        assert any(part in line for line in killed), f"{part} was not running: {killed}"
    stack.emulator.clear_faults()


FIRST_WRITES, LATER_WRITES, DESTROY_WRITES = map(expected_writes, ("first", "later", "destroy"))

# The look-ups of the program: no resource is registered yet, and no provider runs.
REGISTRATION = [at("GET /v2/groups"), at("GET /identity-groups")]

# Reads before a creation, and reads after a write that wait until the write shows.
READS = [
    at("GET /v2/groups", 1),
    at("GET /v2/groups/{access_group_id}/rules"),
    at("GET /api/apps/{app}", 2),
    at("GET /v1/identity/group/id/{id}", 3),
    at("GET /identity-groups/{id}", 2),
]

# The provider has four threads, so four requests can be under way.
TOGETHER = [
    *together(
        {
            "POST /v2/groups": 1,
            "POST /v1/identity/group": 1,
            "POST /identity-groups": 1,
            "POST /api/apps/{app}/root-environment-group/groups": 1,
        }
    ),
    *together(
        {
            "PUT /v2/groups/{access_group_id}/members": 2,
            "PUT /v2/groups/_allgroups/members/{iam_id}": 1,
            "POST /v2/groups/{access_group_id}/rules": 1,
        }
    ),
]

FIRST = [*each(FIRST_WRITES), *REGISTRATION, *READS, *TOGETHER]
LATER = [at(route, done=True) for route in LATER_WRITES]
DESTROY = [
    *each(DESTROY_WRITES, done=[True]),
    *together(
        {
            "DELETE /v2/groups/{access_group_id}/members/{iam_id}": 1,
            "POST /v2/groups/{access_group_id}/members/delete": 2,
            "DELETE /v2/groups/{access_group_id}/rules/{rule_id}": 1,
        }
    ),
]
