"""Exports the results of look-ups with the real engine: an object for a result, and a list of objects for several."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from pulumi_roster import appsec, britive, vault
from pulumi_roster import ibm as roster_ibm
from pulumi_roster.schema.results import Result
from roster_emulator import Running
from support.appsec_api import group as appsec_group
from support.britive_api import APP, britive_environment, britive_map, britive_root
from support.ibm_api import ibm, ibm_add, ibm_group, ibm_rule
from support.program import Program
from support.vault_api import VaultServer
from support.vault_api import group as vault_group

PROGRAM = """
app, appsec, britive, ibm, vault = {app!r}, roster.appsec, roster.britive, roster.ibm, roster.vault
team = ibm.get_access_group(name="team")
pulumi.export("ibm group", team)
pulumi.export("ibm members", ibm.list_access_group_members(team.id))
pulumi.export("ibm rules", ibm.list_access_group_rules(team.id))
pulumi.export("vault group", vault.get_identity_group(name="team"))
pulumi.export("appsec groups", appsec.list_identity_groups())
pulumi.export("environments", britive.list_environments(app))
pulumi.export("environment groups", britive.list_environment_groups(app))
pulumi.export("summary", {{"all": britive.list_environment_summaries(app)}})
environment = pulumi.Output.from_input(britive.list_environments(app)[0].id)
pulumi.export(
    "accounts", environment.apply(lambda id: britive.list_accounts(app, environment_id=id, include_members=True))
)
pulumi.export("links", environment.apply(lambda id: britive.list_account_groups(app, "2800", environment_id=id)))
everything = pulumi.Output.all(team=team, environment=environment)
pulumi.export("copied", everything.apply(lambda both: both["team"]["name"]))
"""


COPY = """
[rule] = roster.ibm.list_access_group_rules({group!r})
roster.ibm.AccessGroupRule(
    "copy",
    access_group_id={group!r},
    name="copy",
    expiration=rule.expiration,
    realm_name=rule.realm_name,
    conditions=rule.conditions,
)
"""


def names(kind: type[Result]) -> set[str]:
    return {field.name for field in fields(kind)}  # type: ignore[arg-type]


def test_an_export_is_an_object_with_exactly_the_fields(program: Program, emulator: Running) -> None:
    team = ibm_group(emulator, "team")
    ibm_add(emulator, team, "IBMid-1")
    ibm_rule(emulator, team, "sso", conditions=[{"claim": "c", "operator": "IN", "value": '["b", 1]'}])
    vault_group(VaultServer(emulator.url), "team", metadata={"a": "b"})
    appsec_group(emulator, "team", "a@example.com")
    place = britive_environment(emulator, britive_root(emulator), "Production")
    britive_map(emulator, place, 2800, "user-alice")
    program.write(PROGRAM.format(app=APP))
    program.up()
    found: dict[str, Any] = json.loads(program.pulumi("stack", "output", "--json").out)

    shapes: dict[str, tuple[type[Result], Any]] = {
        "ibm group": (roster_ibm.AccessGroupResult, found["ibm group"]),
        "ibm members": (roster_ibm.AccessGroupMemberResult, found["ibm members"][0]),
        "ibm rules": (roster_ibm.AccessGroupRuleResult, found["ibm rules"][0]),
        "a condition": (roster_ibm.ConditionResult, found["ibm rules"][0]["conditions"][0]),
        "vault group": (vault.IdentityGroupResult, found["vault group"]),
        "appsec groups": (appsec.IdentityGroupResult, found["appsec groups"][0]),
        "environments": (britive.EnvironmentResult, found["environments"][0]),
        "environment groups": (britive.EnvironmentGroupResult, found["environment groups"][0]),
        "summary": (britive.EnvironmentSummary, found["summary"]["all"][0]),
        "accounts": (britive.ScannedAccount, found["accounts"][0]),
        "a permission of an account": (britive.ScannedReference, found["accounts"][0]["permissions"][0]),
        "a mapped user": (britive.MappedUser, found["accounts"][0]["mapped_users"][0]),
        "links": (britive.ScannedLink, found["links"][0]),
        "the native ids of a link": (britive.ScannedNativeIds, found["links"][0]["native_ids"]),
    }
    assert {name: set(written) for name, (_, written) in shapes.items()} == {
        name: names(kind) for name, (kind, _) in shapes.items()
    }
    assert found["ibm group"]["id"] == team
    assert found["ibm rules"][0]["conditions"] == [{"claim": "c", "operator": "IN", "value": ["b", 1]}]
    assert found["vault group"]["metadata"] == {"a": "b"}
    assert found["accounts"][0]["id"] == "2800"
    assert found["accounts"][0]["mapped_users"][0]["id"] == "user-alice"
    assert found["environment groups"][0]["parent_id"] is None
    assert found["copied"] == "team"


def test_the_conditions_of_a_rule_can_be_declared_again(program: Program, emulator: Running) -> None:
    team = ibm_group(emulator, "team")
    ibm_rule(emulator, team, "sso", conditions=[{"claim": "c", "operator": "IN", "value": '["b", 1]'}])
    program.write(COPY.format(group=team))
    program.up()
    one, two = ibm(emulator, "GET", f"/groups/{team}/rules")["rules"]
    assert (one["name"], two["name"]) == ("sso", "copy")
    assert [json.loads(row["conditions"][0]["value"]) for row in (one, two)] == [["b", 1], ["b", 1]]
