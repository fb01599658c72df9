"""Declares the resources of a team."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from .. import appsec, britive, ibm, vault
from ..managed import CommonArguments
from .arguments import Person, TeamAppSecArgs, TeamBritiveArgs, TeamIbmArgs, TeamVaultArgs
from .check import check_team

__all__ = ["TYPE_TOKEN", "Team"]

TYPE_TOKEN = "roster:index:Team"


class Team(pulumi.ComponentResource):
    """A team: one list of people, and a group with these members in each system.

    Each group is two resources: the group itself, and its members. So other members stay if ``exclusive`` is false.

    ``appsec_group_id``, ``vault_group_id``, ``ibm_access_group_id`` and ``britive_environment_group_id`` are the ids of
    the groups. If the team does not use a system, the attribute is ``None``, and not an output.
    ``britive_environment_ids`` is a dictionary of outputs: the ids of all environments, created and given, by their
    names. It is empty if the team does not use Britive.

    The names of the team's resources never change. Each begins with the team's own name:

    - ``TEAM-appsec``, ``TEAM-vault``, ``TEAM-ibm`` and ``TEAM-britive`` are the groups.
    - ``TEAM-appsec-members``, ``TEAM-vault-members`` and ``TEAM-ibm-members`` are the sets of members.
    - ``TEAM-ibm-RULE`` is a rule.
    - ``TEAM-britive-ENVIRONMENT`` is an environment, and ``TEAM-britive-ENVIRONMENT/PERSON`` is a mapping in it. The
      name of a person contains no ``/``, so two mappings never have the same name.
    """

    appsec_group_id: pulumi.Output[str] | None = None
    vault_group_id: pulumi.Output[str] | None = None
    ibm_access_group_id: pulumi.Output[str] | None = None
    britive_environment_group_id: pulumi.Output[str] | None = None
    britive_environment_ids: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        resource_name: str,
        *,
        people: Sequence[Person],
        exclusive: pulumi.Input[bool],
        description: pulumi.Input[str] | None = None,
        appsec: TeamAppSecArgs | None = None,
        vault: TeamVaultArgs | None = None,
        ibm: TeamIbmArgs | None = None,
        britive: TeamBritiveArgs | None = None,
        adopt: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a team. If you do not pass ``vault``, for example, the team has no group in Vault.

        :param resource_name: the name within the program, and by default the name of the groups.
        :param people: the members.
        :param exclusive: whether the people must be the only members of the groups in AppSec+, Vault and IBM Cloud. If
            true, Roster shows other members as drift and removes them. If false, Roster ignores other members. It has
            no effect on ``TeamVaultArgs.member_group_ids``, and none in Britive, where each mapping is a resource of
            its own.
        :param description: the description of the groups and of the environments that the team creates. Vault groups
            have none. ``None`` leaves the descriptions alone; ``""`` empties them.
        :param appsec: the team's part in AppSec+.
        :param vault: the team's part in Vault or OpenBao.
        :param ibm: the team's part in IBM Cloud.
        :param britive: the team's part in Britive.
        :param adopt: whether to adopt existing groups, rules and environments of the same names into this stack. By
            default, the create fails if one exists. If ``exclusive`` is true, an adopted group loses the members that
            the team does not list. If it is false, they stay.
        :param opts: Pulumi's own options.
        :raises InvalidArguments: the arguments contradict each other, or have wrong types. The team then registers no
            resource.
        """
        check_team(resource_name, people, {"appsec": appsec, "vault": vault, "ibm": ibm, "britive": britive})
        super().__init__(TYPE_TOKEN, resource_name, None, opts)
        self._name = resource_name
        self._adopt = adopt
        self._exclusive = exclusive
        self._description = description
        self.britive_environment_ids = {}
        if appsec is not None:
            self._make_appsec(appsec, people)
        if vault is not None:
            self._make_vault(vault, people)
        if ibm is not None:
            self._make_ibm(ibm, people)
        if britive is not None:
            self._make_britive(britive, people)
        self.register_outputs(
            {
                "appsec_group_id": self.appsec_group_id,
                "vault_group_id": self.vault_group_id,
                "ibm_access_group_id": self.ibm_access_group_id,
                "britive_environment_group_id": self.britive_environment_group_id,
                "britive_environment_ids": self.britive_environment_ids,
            }
        )

    def _common(self, connection: pulumi.Input[str] | None) -> CommonArguments:
        return {"adopt": self._adopt, "connection": connection, "opts": pulumi.ResourceOptions(parent=self)}

    def _make_appsec(self, wanted: TeamAppSecArgs, people: Sequence[Person]) -> None:
        group = appsec.IdentityGroup(
            f"{self._name}-appsec",
            name=self._name if wanted.name is None else wanted.name,
            description=self._description,
            **self._common(wanted.connection),
        )
        appsec.IdentityGroupMembers(
            f"{self._name}-appsec-members",
            group_id=group.id,
            members=[person.appsec for person in people if person.appsec is not None],
            exclusive=self._exclusive,
            **self._common(wanted.connection),
        )
        self.appsec_group_id = group.id

    def _make_vault(self, wanted: TeamVaultArgs, people: Sequence[Person]) -> None:
        group = vault.IdentityGroup(
            f"{self._name}-vault",
            name=self._name if wanted.name is None else wanted.name,
            policies=wanted.policies,
            metadata=wanted.metadata,
            member_group_ids=wanted.member_group_ids,
            **self._common(wanted.connection),
        )
        vault.IdentityGroupMembers(
            f"{self._name}-vault-members",
            group_id=group.id,
            member_entity_ids=[person.vault for person in people if person.vault is not None],
            exclusive=self._exclusive,
            **self._common(wanted.connection),
        )
        self.vault_group_id = group.id

    def _make_ibm(self, wanted: TeamIbmArgs, people: Sequence[Person]) -> None:
        group = ibm.AccessGroup(
            f"{self._name}-ibm",
            name=self._name if wanted.name is None else wanted.name,
            description=self._description,
            account_id=wanted.account_id,
            **self._common(wanted.connection),
        )
        ibm.AccessGroupMembers(
            f"{self._name}-ibm-members",
            access_group_id=group.id,
            members=[person.ibm for person in people if person.ibm is not None],
            exclusive=self._exclusive,
            **self._common(wanted.connection),
        )
        for name, rule in wanted.rules.items():
            ibm.AccessGroupRule(
                f"{self._name}-ibm-{name}",
                access_group_id=group.id,
                name=name,
                **self._common(wanted.connection),
                **rule,
            )
        self.ibm_access_group_id = group.id

    def _make_britive(self, wanted: TeamBritiveArgs, people: Sequence[Person]) -> None:
        common = self._common(wanted.connection)
        group = britive.EnvironmentGroup(
            f"{self._name}-britive",
            application_id=wanted.application_id,
            name=self._name if wanted.name is None else wanted.name,
            description=self._description,
            parent_id=wanted.parent_id,
            **common,
        )
        self.britive_environment_group_id = group.id
        for name in wanted.environments:
            environment = britive.Environment(
                f"{self._name}-britive-{name}",
                application_id=wanted.application_id,
                name=name,
                description=self._description,
                parent_group_id=group.id,
                **common,
            )
            self.britive_environment_ids[name] = environment.id
        for name, id in wanted.environment_ids.items():
            self.britive_environment_ids[name] = pulumi.Output.from_input(id)
        users = {person.name: person.britive for person in people if person.britive is not None}
        for name, environment_id in self.britive_environment_ids.items():
            if name in wanted.unscanned:
                continue
            for person, account_id in wanted.accounts.items():
                britive.AccountMapping(
                    f"{self._name}-britive-{name}/{person}",
                    application_id=wanted.application_id,
                    environment_id=environment_id,
                    account_id=account_id,
                    user_id=users[person],
                    **common,
                )
