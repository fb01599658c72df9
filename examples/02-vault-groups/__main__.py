"""Nested Vault groups. A member gets the policies of the group, and of all groups that contain the group."""

import pulumi

import pulumi_roster as roster

# These entities exist in the emulator. In a real Vault, logins or administrators create entities.
ALICE, BOB = "entity-alice", "entity-bob"

on_call = roster.vault.IdentityGroup(
    "on-call",
    name="platform-on-call",
    policies=["production-break-glass"],
    metadata={"owner": "platform", "pager": "platform-primary"},
    member_entity_ids=[ALICE],
)

# An external group has no list of members. People join it when they log in through single sign-on.
signed_on = roster.vault.IdentityGroup(
    "signed-on",
    name="platform-sso",
    type="external",
    policies=[],
    metadata={"owner": "platform"},
)

# The rights of the whole team. The policies are here, so that reviewers of the members see them.
team = roster.vault.IdentityGroup(
    "team",
    name="platform",
    policies=["platform-read", "platform-deploy"],
    metadata={"owner": "platform", "cost-center": "4711"},
    member_group_ids=[on_call.id, signed_on.id],
)

# Several stacks add members to this group. It declares no lists, and each stack declares its own members.
guests = roster.vault.IdentityGroup("guests", name="platform-guests", policies=["platform-read"])
roster.vault.IdentityGroupMembers("our-guests", group_id=guests.id, member_entity_ids=[BOB], exclusive=False)

pulumi.export("team", team.id)
pulumi.export("guests", guests.id)
