"""One access group of IBM Cloud: members that are listed, one member on its own, and a rule for those who sign on."""

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

pulumi.export("access_group_id", admins.id)
pulumi.export("created_at", admins.created_at)
