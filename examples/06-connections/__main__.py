"""The same access group in several IBM Cloud accounts. `connection` names the credentials and the account."""

import pulumi

import pulumi_roster as roster

AUDITOR = "iam-Profile-94497d0d-auditor"

for connection in ("default", "europe", "america"):
    group = roster.ibm.AccessGroup(
        f"auditors-{connection}",
        name="auditors",
        description="May read everything and change nothing",
        connection=connection,
    )
    roster.ibm.AccessGroupMembership(
        f"auditor-{connection}", access_group_id=group.id, iam_id=AUDITOR, connection=connection
    )
    pulumi.export(connection, {"account_id": group.account_id, "access_group_id": group.id})
