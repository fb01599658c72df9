"""An access group without a list of members. Rules add people when they sign in through an identity provider."""

import pulumi

import pulumi_roster as roster

REALM = "https://idp.example.com/saml"
Condition = roster.ibm.Condition

operators = roster.ibm.AccessGroup(
    "operators", name="platform-operators", description="Membership starts at sign-in and expires"
)

# A person who meets all conditions of a rule is a member for the given number of hours.
rules = {
    "on call": (
        4,
        [
            Condition("groups", "CONTAINS", "platform"),
            Condition("on_call", "EQUALS", True),
        ],
    ),
    "senior engineers": (
        12,
        [
            Condition("department", "EQUALS_IGNORE_CASE", "Engineering"),
            Condition("level", "IN", [6, 7, 8]),
            Condition("employment", "NOT_EQUALS", "contractor"),
        ],
    ),
    "auditors": (
        24,
        [
            Condition("role", "EQUALS", "auditor"),
            Condition("country", "NOT_EQUALS_IGNORE_CASE", "unknown"),
        ],
    ),
}

for name, (hours, conditions) in rules.items():
    roster.ibm.AccessGroupRule(
        name.replace(" ", "-"),
        access_group_id=operators.id,
        name=name,
        expiration=hours,
        realm_name=REALM,
        conditions=conditions,
    )

pulumi.export("access_group_id", operators.id)
