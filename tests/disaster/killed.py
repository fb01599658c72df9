"""The moments at which a run is killed, each named by the requests that are under way.

The emulator holds the request, either before its work, which is then never done, or after it; the run is killed while
it waits. With one resource at a time (``--parallel 1``) all that came before is in the state, and nothing else is under
way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from disaster.killing import ENGINE, LANGUAGE, LANGUAGE_HOST, PROVIDER, Killable
from disaster.stage import Scene

ONE_AT_A_TIME = ("--parallel", "1")


@dataclass(frozen=True)
class Moment:
    """When a run is killed.

    :param routes: the requests that are under way: of each route, which ones, counted from nought.
    :param done: whether their work is done.
    """

    routes: Mapping[str, range]
    done: bool

    def __str__(self) -> str:
        names = [f"{route} {number + 1}" for route, which in self.routes.items() for number in which]
        return f"{'together ' * (self.count > 1)}{' and '.join(names)} {'done' if self.done else 'not done'}"

    @property
    def count(self) -> int:
        """How many requests are under way."""
        return sum(map(len, self.routes.values()))


def at(route: str, number: int = 0, done: bool = False) -> Moment:
    """The moment at which one request is under way, nothing else."""
    return Moment({route: range(number, number + 1)}, done)


def each(writes: Mapping[str, int], done: Iterable[bool] = (False, True)) -> list[Moment]:
    """A moment for each of so many requests of each route."""
    return [at(route, number, how) for route, count in writes.items() for number in range(count) for how in done]


def together(routes: Mapping[str, int]) -> list[Moment]:
    """The moments at which the first so many requests of each route are under way at once."""
    return [Moment({route: range(count) for route, count in routes.items()}, done) for done in (False, True)]


def kill(scene: Scene, moment: Moment, verb: str) -> None:
    """Starts ``pulumi up`` or ``pulumi destroy`` and kills it at the moment, with all its processes."""
    how = {"after": True} if moment.done else {"work": False}
    for route, before in moment.routes.items():
        method, _, template = route.partition(" ")
        scene.emulator.fault("hold", method=method, route=template, skip=before.start, times=len(before), **how)
    run = Killable(scene.project, verb, "--yes", "--skip-preview", *(ONE_AT_A_TIME if moment.count == 1 else ()))
    run.until_held(scene.emulator, moment.count)
    lived = run.kill()
    program = (LANGUAGE_HOST, LANGUAGE) if verb == "up" else ()
    provider = (PROVIDER,) if moment not in REGISTRATION else ()
    for part in (ENGINE, *program, *provider):
        assert any(part in line for line in lived), f"{part} was not there to be killed: {lived}"
    scene.emulator.clear_faults()


# What the first run changes: every request, by its route. A test compares this with a run that is left alone.
FIRST_WRITES = {
    "POST /v2/groups": 1,
    "PUT /v2/groups/{access_group_id}/members": 2,
    "PUT /v2/groups/_allgroups/members/{iam_id}": 1,
    "POST /v2/groups/{access_group_id}/rules": 1,
    "POST /v1/identity/group": 1,
    "POST /v1/identity/group/id/{id}": 2,
    "POST /identity-groups": 1,
    "PUT /identity-groups/{id}": 1,
    "POST /api/apps/{app}/root-environment-group/groups": 3,
    "POST /api/apps/{app}/root-environment-group/environments": 1,
    "POST /api/apps/{app}/environments/{environment}/accounts/{key}/users": 1,
}

# What a run changes that brings the first stage to the later one.
LATER_WRITES = {
    "PATCH /v2/groups/{access_group_id}": 1,
    "POST /v2/groups/{access_group_id}/members/delete": 2,
    "PUT /v2/groups/{access_group_id}/members": 2,
    "PUT /v2/groups/{access_group_id}/rules/{rule_id}": 1,
    "DELETE /v2/groups/{access_group_id}/members/{iam_id}": 1,
    "POST /v1/identity/group/id/{id}": 2,
    "PUT /identity-groups/{id}": 2,
    "PATCH /api/apps/{app}/root-environment-group/groups/{group}": 1,
    "DELETE /api/apps/{app}/environments/{environment}/accounts/{key}/users/{user}": 1,
    "DELETE /api/apps/{app}/environments/{environment}": 1,
    "POST /api/apps/{app}/root-environment-group/environments": 1,
    "POST /api/apps/{app}/environments/{environment}/accounts/{key}/users": 1,
}

DESTROY_WRITES = {
    "DELETE /v2/groups/{access_group_id}": 1,
    "POST /v2/groups/{access_group_id}/members/delete": 3,
    "DELETE /v2/groups/{access_group_id}/members/{iam_id}": 1,
    "DELETE /v2/groups/{access_group_id}/rules/{rule_id}": 1,
    "DELETE /v1/identity/group/id/{id}": 1,
    "POST /v1/identity/group/id/{id}": 1,
    "DELETE /identity-groups/{id}": 1,
    "PUT /identity-groups/{id}": 1,
    "DELETE /api/apps/{app}/environments/{environment}/accounts/{key}/users/{user}": 1,
    "DELETE /api/apps/{app}/environments/{environment}": 1,
    "DELETE /api/apps/{app}/environment-groups/{group}": 2,
}

# The program looks something up: nothing is registered yet, no provider runs.
REGISTRATION = [at("GET /v2/groups"), at("GET /identity-groups")]

# What is looked for before a creation, and what is looked at after a change until it stays.
READS = [
    at("GET /v2/groups", 1),
    at("GET /v2/groups/{access_group_id}/rules"),
    at("GET /api/apps/{app}", 2),
    at("GET /v1/identity/group/id/{id}", 3),
    at("GET /identity-groups/{id}", 2),
]

# The provider has four threads.
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
