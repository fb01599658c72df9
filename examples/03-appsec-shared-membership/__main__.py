"""One AppSec+ group, and two independent lists of its members.

In practice the lists are in the stacks of two teams. Each stack adds and removes only its own people. If both
change the group at the same moment and one change is lost, Roster repeats it.
"""

import pulumi

import pulumi_roster as roster

# The group declares no members, so that other resources can.
reviewers = roster.appsec.IdentityGroup(
    "reviewers",
    name="release-reviewers",
    description="Approve every release",
)

roster.appsec.IdentityGroupMembers(
    "security",
    group_id=reviewers.id,
    members=["anna@example.com", "user-101"],
    exclusive=False,  # members that other stacks or people add stay
)

roster.appsec.IdentityGroupMembers(
    "platform",
    group_id=reviewers.id,
    members=["bert@example.com", "service-account-pipeline"],
    exclusive=False,
)

# This group declares all members. If somebody adds a member by hand, the next preview shows the removal.
owners = roster.appsec.IdentityGroup(
    "owners",
    name="release-owners",
    description="May stop every release",
    members=["anna@example.com", "cara@example.com"],
)

pulumi.export("reviewers", reviewers.id)
pulumi.export("owners_updated_at", owners.updated_at)
