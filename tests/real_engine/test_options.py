"""Checks Pulumi's resource options, ``Resource.get``, several connections, and the order of a replacement."""

from __future__ import annotations

import json

from roster_emulator import Running
from support.ibm_api import ibm, ibm_add, ibm_change, ibm_group, ibm_groups, ibm_members, ibm_rule, ibm_rules
from support.lifecycle import objects
from support.program import Program

ANNA, BERT = "IBMid-1100000AAA", "IBMid-1100000BBB"


def names(server: Running, account: str = "acc-demo") -> set[str]:
    return {row["name"] for row in ibm_groups(server, account)}


def test_the_engine_applies_protect_ignore_changes_aliases_and_retain_on_delete(
    program: Program, emulator: Running
) -> None:
    declared = """
        def group(resource, name, **options):
            return roster.ibm.AccessGroup(resource, name=name, description="{description}",
                                          opts=pulumi.ResourceOptions(**options))
        kept = group("kept", "kept", retain_on_delete=True)
        ignored = group("ignored", "ignored", ignore_changes=["description"])
        guarded = group("guarded", "guarded", protect=True)
        moved = group("{moved}", "moved", {aliases})
        roster.ibm.AccessGroupMembers("members", access_group_id=kept.id, members=["IBMid-1100000AAA"], exclusive=False,
                                      opts=pulumi.ResourceOptions(retain_on_delete=True, depends_on=[moved]))
    """
    program.write(declared.format(description="first", moved="old", aliases=""))
    program.up()
    aliases = 'aliases=[pulumi.Alias(name="old")]'
    program.write(declared.format(description="second", moved="new", aliases=aliases))
    changed = program.up()
    assert sorted(changed.steps) == [("update", "guarded"), ("update", "kept"), ("update", "new")]
    assert {row["name"]: row["description"] for row in ibm_groups(emulator)} == {
        "kept": "second",
        "ignored": "first",
        "guarded": "second",
        "moved": "second",
    }

    refused = program.destroy(code=1)
    assert "protect" in refused.out
    assert "guarded" in names(emulator)
    program.pulumi("state", "unprotect", "--all", "--yes")
    program.destroy()
    assert names(emulator) == {"kept"}, "a retained object must stay"
    assert ibm_members(emulator, ibm_groups(emulator)[0]["id"]) == {ANNA}


def test_get_reads_every_kind_by_its_import_key_without_managing_it(program: Program, emulator: Running) -> None:
    team = ibm_group(emulator, "team", "why")
    ibm_add(emulator, team, ANNA, BERT)
    rule = ibm_rule(emulator, team, "sso")
    before = objects(emulator.dump())
    program.write(f"""
        team = roster.ibm.AccessGroup.get("team", "{team}")
        members = roster.ibm.AccessGroupMembers.get("members", "{team}")
        single = roster.ibm.AccessGroupMembership.get("single", "{team}/{ANNA}")
        groups = roster.ibm.MemberAccessGroups.get("groups", "acc-demo/{BERT}")
        rule = roster.ibm.AccessGroupRule.get("rule", "{team}/{rule}")
        same = roster.ibm.AccessGroupRule.get("same", rule.id, access_group_id=team.id)
        later = roster.ibm.AccessGroup.get("later", team.id)
        pulumi.export("seen", {{
            "team": [team.id, team.name, team.description, team.account_id],
            "members": [members.access_group_id, members.members],
            "single": [single.access_group_id, single.iam_id, single.type],
            "groups": [groups.account_id, groups.iam_id, groups.access_group_ids],
            "rule": [rule.access_group_id, rule.name, rule.expiration, rule.conditions],
            "later": later.name,
            "keys": [same.name, same.import_key, team.import_key, groups.import_key],
        }})
        found = roster.ibm.get_access_group(name="team")
        members = roster.ibm.list_access_group_members(found.id, sort="id")
        pulumi.export("found", [found.id, [member.iam_id for member in members]])
    """)
    program.up()
    outputs = json.loads(program.pulumi("stack", "output", "--json").out)
    assert outputs["seen"] == {
        "team": [team, "team", "why", "acc-demo"],
        "members": [team, [{"iam_id": ANNA, "type": "user"}, {"iam_id": BERT, "type": "user"}]],
        "single": [team, ANNA, "user"],
        "groups": ["acc-demo", BERT, [team]],
        "rule": [team, "sso", 12, [{"claim": "groups", "operator": "CONTAINS", "value": "platform"}]],
        "later": "team",
        "keys": ["sso", f"{team}/{rule}", team, f"acc-demo/{BERT}"],
    }
    assert outputs["found"] == [team, [ANNA, BERT]]
    program.unchanged()
    program.pulumi("refresh", "--yes", "--expect-no-changes")
    program.destroy()
    assert objects(emulator.dump()) == before, "an object that is only read must not be destroyed"

    program.write('roster.ibm.AccessGroup.get("gone", "AccessGroupId-absent")')
    absent = program.up(code=1)
    assert "Failed to find the specified access group: AccessGroupId-absent" in absent.errors["gone"]


def test_another_connection_keeps_an_object_and_another_account_replaces_it(
    program: Program, emulator: Running
) -> None:
    second = {"emulator": emulator.url, "ibmToken": "roster-dev", "ibmAccountId": "acc-second"}
    same = {"emulator": emulator.url, "ibmToken": "roster-dev", "ibmAccountId": "acc-demo"}
    program.environment["ROSTER_CONNECTIONS"] = json.dumps({"second": second, "same": same})
    declared = """
        here = roster.ibm.AccessGroup("here", name="one")
        there = roster.ibm.AccessGroup("there", name="one", connection="{there}")
        roster.ibm.AccessGroupMembers("members", access_group_id=there.id, members=["IBMid-1100000AAA"],
                                      connection="{there}", exclusive=False)
        again = roster.ibm.AccessGroup("again", name="two", connection="{again}")
        roster.ibm.AccessGroupMembership("single", access_group_id=here.id, iam_id="IBMid-1100000BBB",
                                         connection="{again}")
    """
    program.write(declared.format(there="second", again="default"))
    program.up()
    assert (names(emulator), names(emulator, "acc-second")) == ({"one", "two"}, {"one"})
    program.pulumi("up", "--yes", "--skip-preview", "--refresh", "--expect-no-changes")

    # Another connection to the same account: every object stays.
    program.write(declared.format(there="second", again="same"))
    assert sorted(program.up().steps) == [("update", "again"), ("update", "single")]
    here = next(row["id"] for row in ibm_groups(emulator) if row["name"] == "one")
    assert ibm_members(emulator, here) == {BERT}
    assert names(emulator) == {"one", "two"}

    # Another account: the new object is created first.
    program.write(
        declared.format(there="second", again="same").replace('name="two",', 'name="two", account_id="acc-3",')
    )
    ran = program.up()
    order = [op for op, resource in ran.steps if resource == "again" and op != "replace"]
    assert order == ["create-replacement", "delete-replaced"]
    assert (names(emulator), names(emulator, "acc-3")) == ({"one"}, {"two"})
    program.destroy()
    assert [names(emulator, account) for account in ("acc-demo", "acc-second", "acc-3")] == [set()] * 3


def test_adopt_uses_an_existing_group_and_unmanaged_members_prevent_its_deletion(
    program: Program, emulator: Running
) -> None:
    theirs = ibm_group(emulator, "team", "theirs")
    declared = 'roster.ibm.AccessGroup("team", name="team", description="ours"{more})'
    program.write(declared.format(more=""))
    refused = program.up(code=1)
    assert theirs in refused.errors["team"]
    assert "adopt=True" in refused.errors["team"]
    assert program.resources() == {}

    program.write(declared.format(more=", adopt=True"))
    program.up()
    assert program.resources()["team"]["id"] == theirs
    assert ibm_groups(emulator)[0]["description"] == "ours"
    program.write(declared.format(more=""))
    program.unchanged()

    ibm_add(emulator, theirs, ANNA)
    rule = ibm_rule(emulator, theirs, "sso")
    ibm_change(emulator, f"/groups/{theirs}/rules/{rule}", "PUT", name="theirs")
    kept = program.destroy(code=1)
    assert f"member {ANNA}" in kept.errors["team"]
    assert "rule theirs" in kept.errors["team"]
    assert "force_delete=True" in kept.errors["team"]
    assert len(ibm_rules(emulator, theirs)) == 1

    program.write(declared.format(more=", force_delete=True"))
    calls = emulator.total()
    program.up()
    assert emulator.total() == calls, "the change must be recorded without a request"
    program.destroy()
    assert ibm_groups(emulator) == []
    assert ibm(emulator, "GET", "/groups?account_id=acc-demo")["groups"][0]["name"] == "Public Access"
