"""A company across four systems: departments, teams and environments, from one list of people.

Each department is a group of groups in Vault and a branch of environments in Britive. Each team is a `roster.Team`.
"""

from pathlib import Path

import pulumi
import yaml

import pulumi_roster as roster

APPLICATION = "app-demo"
SYSTEMS = {"appsec": roster.TeamAppSecArgs, "vault": roster.TeamVaultArgs, "ibm": roster.TeamIbmArgs}

company = yaml.safe_load((Path(__file__).parent / "company.yaml").read_text())
people = {name: roster.Person(name=name, **identities) for name, identities in company["people"].items()}

for department, described in company["departments"].items():
    branch = roster.britive.EnvironmentGroup(
        department, application_id=APPLICATION, name=department, description=f"The {department} department"
    )
    teams = {}
    for name, team in described["teams"].items():
        wanted = {system: make(**team[system]) for system, make in SYSTEMS.items() if system in team}
        if "britive" in team:
            wanted["britive"] = roster.TeamBritiveArgs(
                application_id=APPLICATION, parent_id=branch.id, **team["britive"]
            )
        teams[name] = roster.Team(
            name,
            description=team["description"],
            people=[people[member] for member in team["people"]],
            exclusive=team["exclusive"],
            **wanted,
        )
    in_vault = [team.vault_group_id for team in teams.values() if team.vault_group_id is not None]
    if in_vault:
        group = roster.vault.IdentityGroup(department, name=department, member_group_ids=in_vault)
        pulumi.export(f"{department}_vault_group_id", group.id)
    for name, team in teams.items():
        pulumi.export(
            name,
            {
                "appsec_group_id": team.appsec_group_id,
                "vault_group_id": team.vault_group_id,
                "ibm_access_group_id": team.ibm_access_group_id,
                "britive_environment_ids": team.britive_environment_ids,
            },
        )
