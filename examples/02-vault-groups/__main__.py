"""Vault groups in one another: who is in a group has its policies, and those of the groups that it is in."""

import pulumi

import pulumi_roster as roster

# The entities of the emulator; at a real Vault they are made by logins, or by whoever manages entities.
ALICE, BOB = "entity-alice", "entity-bob"

on_call = roster.vault.IdentityGroup(
    "on-call",
    name="platform-on-call",
    policies=["production-break-glass"],
    metadata={"owner": "platform", "pager": "platform-primary"},
    member_entity_ids=[ALICE],
)

# Whoever comes through single sign-on as "platform" is in here: its members are not listed, they log in.
signed_on = roster.vault.IdentityGroup(
    "signed-on",
    name="platform-sso",
    type="external",
    policies=[],
    metadata={"owner": "platform"},
)

# The rights of the whole team. Its policies stand here on purpose, where those who review its members read them.
team = roster.vault.IdentityGroup(
    "team",
    name="platform",
    policies=["platform-read", "platform-deploy"],
    metadata={"owner": "platform", "cost-center": "4711"},
    member_group_ids=[on_call.id, signed_on.id],
)

# A group whose members several stacks write: it leaves its lists out, and each stack adds its own.
guests = roster.vault.IdentityGroup("guests", name="platform-guests", policies=["platform-read"])
roster.vault.GroupMembers("our-guests", group_id=guests.id, member_entity_ids=[BOB])

pulumi.export("team", team.id)
pulumi.export("guests", guests.id)
