"""IBM Cloud access groups with a list of members, a single membership, a rule, and one identity in two groups."""

import pulumi

import pulumi_roster as roster

admins = roster.ibm.AccessGroup(
    "admins",
    name="platform-admins",
    description="On call for the platform",
)

roster.ibm.AccessGroupMembers(
    "admins-members",
    access_group_id=admins.id,
    members=[
        roster.ibm.Member("IBMid-1100000AAA"),
        roster.ibm.Member("IBMid-1100000BBB"),
        roster.ibm.Member("iam-ServiceId-7a5f0d9e-deploy"),
    ],
    exclusive=False,  # members that this program does not list, such as the auditor below, stay
)

roster.ibm.AccessGroupMembership(
    "admins-auditor",
    access_group_id=admins.id,
    iam_id="iam-Profile-94497d0d-auditor",
)

roster.ibm.AccessGroupRule(
    "admins-sso",
    access_group_id=admins.id,
    name="platform team by single sign-on",
    expiration=12,
    realm_name="https://idp.example.com/saml",
    conditions=[roster.ibm.Condition(claim="groups", operator="CONTAINS", value="platform")],
)

readers = roster.ibm.AccessGroup("readers", name="platform-readers")

# The reverse: one identity, and the groups that it belongs to.
roster.ibm.MemberAccessGroups(
    "monitoring",
    iam_id="iam-ServiceId-2c11f5a0-monitoring",
    access_group_ids=[admins.id, readers.id],
    exclusive=False,  # other groups of the identity stay as they are
)

pulumi.export("access_group_id", admins.id)
pulumi.export("created_at", admins.created_at)
