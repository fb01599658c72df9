"""Runs a program with every kind of IBM Cloud IAM with the real engine."""

from __future__ import annotations

from typing import Any

from roster_emulator import Running
from support.ibm_api import ibm, ibm_add, ibm_change, ibm_group, ibm_groups, ibm_members, ibm_remove, ibm_rules
from support.lifecycle import objects
from support.program import Program

ANNA, BERT, CARA, DORA = (f"IBMid-1100000{name * 3}" for name in "ABCD")

EVERY_KIND = """
    team = roster.ibm.AccessGroup("team", name={team!r}, description="why")
    other = roster.ibm.AccessGroup("other", name="other")
    roster.ibm.AccessGroupMembers("members", access_group_id=team.id, exclusive=True,
                                  members=["IBMid-1100000BBB", roster.ibm.Member("IBMid-1100000AAA"),
                                           {{"iam_id": "iam-ServiceId-1", "type": "service"}}, {cara!r}])
    roster.ibm.AccessGroupMembership("single", access_group_id=other.id, iam_id="IBMid-1100000DDD")
    roster.ibm.MemberAccessGroups("robot", iam_id="iam-ServiceId-2", access_group_ids=[other.id], exclusive=False)
    roster.ibm.AccessGroupRule("rule", access_group_id={rule_in}.id, name="sso", expiration={hours},
                               realm_name="https://idp.example.com/saml",
                               conditions=[roster.ibm.Condition("groups", "IN", ["b", "a", 1, True]),
                                           {{"claim": "level", "operator": "EQUALS", "value": 3}}])
    pulumi.export("team", team.id)
"""
FIRST = {"team": "team", "cara": CARA, "hours": 12, "rule_in": "team"}


def kinds(*steps: str) -> list[tuple[str, str]]:
    return sorted((op, name) for step in steps for op, _, name in [step.partition(" ")])


def named(server: Running, name: str) -> str:
    return str(next(row["id"] for row in ibm_groups(server) if row["name"] == name))


def content_of(server: Running) -> Any:
    """Return everything that the service holds, without times and revisions."""
    noise = {"etag", "last_modified_at", "last_modified_by_id", "created_at"}
    tables = server.dump()["ibm"]
    return {
        table: sorted(
            (sorted((key, str(value)) for key, value in row.items() if key not in noise) for row in rows), key=str
        )
        for table, rows in tables.items()
    }


def test_a_program_is_created_changed_and_destroyed(program: Program, emulator: Running) -> None:
    empty = objects(emulator.dump())
    program.write(EVERY_KIND.format(**FIRST))
    before = emulator.total()
    shown = program.preview()
    assert len(shown.steps) == 6
    assert "[unknown]" in shown.out, "the id of a new group is unknown"
    assert emulator.total() == before, "a preview of new objects must send no request"

    made = program.up()
    assert sorted(made.steps) == kinds(
        "create team", "create other", "create members", "create single", "create robot", "create rule"
    )
    assert emulator.requests()["GET /v2/groups"] == 1, "all look-ups must share one listing"
    program.pulumi("up", "--yes", "--skip-preview", "--refresh", "--expect-no-changes")

    # A rename and a change of members are updates. A rule that moves to another group is replaced.
    team = named(emulator, "team")
    program.write(EVERY_KIND.format(team="platform", cara=ANNA, hours=24, rule_in="other"))
    changed = program.up()
    assert sorted(changed.steps) == kinds(
        "update team", "update members", "create-replacement rule", "replace rule", "delete-replaced rule"
    )
    order = [op for op, name in changed.steps if name == "rule"]
    assert order.index("create-replacement") < order.index("delete-replaced")
    assert named(emulator, "platform") == team
    assert ibm_members(emulator, team) == {ANNA, BERT, "iam-ServiceId-1"}
    assert ibm_rules(emulator, team) == []
    assert [rule["expiration"] for rule in ibm_rules(emulator, named(emulator, "other"))] == [24]
    program.unchanged()

    gone = program.destroy()
    assert len(gone.steps) == 6
    assert objects(emulator.dump()) == empty
    assert program.resources() == {}


def test_drift_of_every_managed_field_is_shown_and_repaired(program: Program, emulator: Running) -> None:
    program.write(EVERY_KIND.format(**FIRST))
    program.up()
    declared = content_of(emulator)
    state = program.resources()
    team, other = named(emulator, "team"), named(emulator, "other")
    [rule] = ibm_rules(emulator, team)

    def drift() -> None:
        ibm_change(emulator, f"/groups/{team}", "PATCH", name="by hand", description="by hand")
        ibm_remove(emulator, team, BERT)
        ibm_add(emulator, team, DORA)
        ibm_remove(emulator, other, DORA, "iam-ServiceId-2")
        by_hand = [{"claim": "x", "operator": "CONTAINS", "value": "1"}]
        ibm_change(
            emulator,
            f"/groups/{team}/rules/{rule['id']}",
            "PUT",
            name="by hand",
            expiration=1,
            realm_name="by hand",
            conditions=by_hand,
        )

    drift()
    program.refresh()
    seen = program.resources()
    changed = {
        name: {key for key, value in row["inputs"].items() if seen[name]["inputs"].get(key) != value}
        for name, row in state.items()
        if name in seen
    }
    assert changed == {
        "team": {"name", "description"},
        "other": set(),
        "members": {"members"},
        "robot": {"access_group_ids"},
        "rule": {"name", "expiration", "realm_name", "conditions"},
    }
    assert "single" not in seen, "a deleted membership must leave the state"
    repaired = program.up()
    assert sorted(repaired.steps) == kinds(
        "update team", "update members", "update robot", "update rule", "create single"
    )
    assert content_of(emulator) == declared

    drift()
    program.up("--refresh")
    assert content_of(emulator) == declared
    program.unchanged()


def test_objects_that_were_deleted_outside_are_created_again(program: Program, emulator: Running) -> None:
    program.write(EVERY_KIND.format(**FIRST))
    program.up()
    old = named(emulator, "team")
    unmanaged = ibm_group(emulator, "unmanaged")
    for name in ("team", "other"):
        ibm(emulator, "DELETE", f"/groups/{named(emulator, name)}?force=true")
    program.refresh()
    assert set(program.resources()) == {"robot"}, "a set of groups that is now empty must stay, with drift"
    program.up()
    assert named(emulator, "team") != old
    assert len(ibm_members(emulator, named(emulator, "team"))) == 4
    assert ibm_members(emulator, named(emulator, "other")) == {DORA, "iam-ServiceId-2"}

    # A destroy of deleted objects succeeds.
    for name in ("team", "other"):
        ibm(emulator, "DELETE", f"/groups/{named(emulator, name)}?force=true")
    program.destroy()
    assert [row["id"] for row in ibm_groups(emulator)] == [unmanaged]


def test_inputs_may_be_unknown_in_a_preview(program: Program, emulator: Running) -> None:
    program.write("""
        team = roster.ibm.AccessGroup("team", name="team")
        later = team.id.apply(lambda id: "IBMid-" + id[-8:].upper())
        roster.ibm.AccessGroup("named", name=pulumi.Output.concat("of ", team.id), description=team.created_at)
        roster.ibm.AccessGroupMembers("members", access_group_id=team.id,
                                      members=[roster.ibm.Member(iam_id=later), "IBMid-1", {"iam_id": later}],
                                      exclusive=False)
        roster.ibm.AccessGroupMembers("all", access_group_id=team.id, exclusive=False,
                                      members=team.id.apply(lambda id: ["IBMid-2"]))
        roster.ibm.AccessGroupMembership("single", access_group_id=team.id, iam_id=team.id.apply(lambda id: "IBMid-3"))
        roster.ibm.MemberAccessGroups("groups", iam_id=team.id.apply(lambda id: "IBMid-4"),
                                      access_group_ids=[team.id], exclusive=False)
        roster.ibm.AccessGroupRule("rule", access_group_id=team.id, expiration=team.id.apply(lambda id: 3),
                                   realm_name=team.name.apply(lambda name: "appid://" + name),
                                   conditions=[roster.ibm.Condition("c", team.id.apply(lambda id: "IN"), [team.name])])
        roster.ibm.AccessGroup("elsewhere", name="elsewhere", connection=team.id.apply(lambda id: "default"))
    """)
    assert len(program.preview().steps) == 8
    program.up()
    team = named(emulator, "team")
    later = "IBMid-" + team[-8:].upper()
    assert ibm_members(emulator, team) == {later, "IBMid-1", "IBMid-2", "IBMid-3", "IBMid-4"}
    [rule] = ibm_rules(emulator, team)
    assert (rule["expiration"], rule["realm_name"]) == (3, "appid://team")
    assert rule["conditions"] == [{"claim": "c", "operator": "IN", "value": '["team"]'}]
    assert {row["name"] for row in ibm_groups(emulator)} == {"team", f"of {team}", "elsewhere"}
    program.pulumi("up", "--yes", "--skip-preview", "--refresh", "--expect-no-changes")
