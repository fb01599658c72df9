"""An access group without a list of members: people are in it by signing on, by what their company says of them."""

import pulumi

import pulumi_roster as roster

REALM = "https://idp.example.com/saml"
Condition = roster.ibm.Condition

operators = roster.ibm.AccessGroup(
    "operators", name="platform-operators", description="Comes with the sign-on, and goes when it expires"
)

# Who meets all conditions of one rule is a member, for so many hours.
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
