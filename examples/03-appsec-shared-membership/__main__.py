"""One AppSec+ group, and two lists of members that know nothing of each other.

In life the lists stand in the stacks of two teams. Each adds and removes its own people only; changes that meet are
made again until all are in.
"""

import pulumi

import pulumi_roster as roster

# No members here: a group that listed them would be the only one to do so.
reviewers = roster.appsec.IdentityGroup(
    "reviewers",
    name="release-reviewers",
    description="Approve every release",
)

roster.appsec.GroupMembers(
    "security",
    group_id=reviewers.id,
    members=["anna@example.com", "user-101"],
)

roster.appsec.GroupMembers(
    "platform",
    group_id=reviewers.id,
    members=["bert@example.com", "service-account-pipeline"],
)

# And one that is listed in full: whoever is added by hand shows in the next preview, and goes with the next update.
owners = roster.appsec.IdentityGroup(
    "owners",
    name="release-owners",
    description="May stop every release",
    members=["anna@example.com", "cara@example.com"],
)

pulumi.export("reviewers", reviewers.id)
pulumi.export("owners_updated_at", owners.updated_at)
