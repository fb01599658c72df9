"""Provides a component that declares a team: one list of people, and a group with these members in each system.

To add a person to all systems, a reviewer approves one new line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from typing_extensions import TypedDict

from . import appsec, britive, ibm, vault
from .errors import InvalidArguments
from .managed import CommonArguments

__all__ = ["Person", "Team", "TeamAppSecArgs", "TeamBritiveArgs", "TeamIbmArgs", "TeamIbmRuleArgs", "TeamVaultArgs"]

Text = pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person, with an identity in each system. Without an identity in a system, the person is not a member there.

    :param name: unique within the team. Names of resources contain it, so do not change it: Pulumi would create these
        resources under the new names, and delete the old ones.
    :param appsec: the user or service account id in AppSec+.
    :param vault: the entity id in Vault or OpenBao.
    :param ibm: the iam_id in IBM Cloud, such as ``IBMid-...``.
    :param britive: the user id in Britive.
    :param britive_account: the id of the account to map to this user in the team's environments.
    """

    name: str
    appsec: Text | None = None
    vault: Text | None = None
    ibm: Text | None = None
    britive: Text | None = None
    britive_account: Text | None = None


@dataclass(frozen=True, kw_only=True)
class TeamAppSecArgs:
    """The team's identity group in AppSec+.

    :param name: the name of the group, by default the team's.
    :param connection: the name of the set of credentials to use.
    """

    name: Text | None = None
    connection: Text | None = None


@dataclass(frozen=True, kw_only=True)
class TeamVaultArgs:
    """The team's internal identity group in Vault or OpenBao.

    :param policies: the policies of every member. A person who can change the members can give these rights to anyone.
        So review changes of the members as carefully as changes of the policies.
    :param metadata: up to 64 pairs.
    :param member_group_ids: groups whose members also count as members of this group.
    :param name: the name of the group, by default the team's.
    :param connection: the name of the set of credentials to use.
    """

    policies: pulumi.Input[Sequence[Text]] | None = None
    metadata: pulumi.Input[Mapping[str, Text]] | None = None
    member_group_ids: pulumi.Input[Sequence[Text]] | None = None
    name: Text | None = None
    connection: Text | None = None


class TeamIbmRuleArgs(TypedDict):
    """A rule of the team's access group: all arguments of an ``ibm.AccessGroupRule`` except its name and group."""

    expiration: pulumi.Input[int]
    realm_name: Text
    conditions: pulumi.Input[Sequence[pulumi.Input[ibm.Condition | ibm.ConditionDict]]]


@dataclass(frozen=True, kw_only=True)
class TeamIbmArgs:
    """The team's access group in IBM Cloud, with rules for people who sign in through an identity provider.

    :param rules: the rules by their names.
    :param exclusive: whether the people in the list must be the only members. If true, Roster removes all others.
    :param account_id: the account, by default the connection's.
    :param name: the name of the group, by default the team's.
    :param connection: the name of the set of credentials to use.
    """

    rules: Mapping[str, TeamIbmRuleArgs] = field(default_factory=dict)
    exclusive: pulumi.Input[bool] = False
    account_id: Text | None = None
    name: Text | None = None
    connection: Text | None = None


@dataclass(frozen=True, kw_only=True)
class TeamBritiveArgs:
    """The team's environment group in Britive, its environments, and the members' account mappings in these.

    :param application_id: the application.
    :param environments: the names of the environments.
    :param parent_id: the parent of the team's environment group, by default the application's root group.
    :param name: the name of the environment group, by default the team's.
    :param connection: the name of the set of credentials to use.
    """

    application_id: Text
    environments: Sequence[str] = ()
    parent_id: Text | None = None
    name: Text | None = None
    connection: Text | None = None


class Team(pulumi.ComponentResource):
    """A team: one list of people, and a group with these members in each system.

    Outputs: ``appsec_group_id``, ``vault_group_id``, ``ibm_access_group_id``, ``britive_environment_group_id`` and
    ``britive_environment_ids`` (the id of each environment by its name). The output of a system that the team does not
    use is ``None``.
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
        description: str | None = None,
        appsec: TeamAppSecArgs | None = None,
        vault: TeamVaultArgs | None = None,
        ibm: TeamIbmArgs | None = None,
        britive: TeamBritiveArgs | None = None,
        adopt: bool | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a team. If you do not pass ``vault``, for example, the team has no group in Vault.

        :param resource_name: the name within the program, and by default the name of the groups.
        :param people: the members.
        :param description: the description of the groups.
        :param appsec: the team's part in AppSec+.
        :param vault: the team's part in Vault or OpenBao.
        :param ibm: the team's part in IBM Cloud.
        :param britive: the team's part in Britive.
        :param adopt: whether to take existing groups of the same names into this stack instead of failing.
        :param opts: Pulumi's own options.
        :raises InvalidArguments: two people have the same name, or a person has a Britive account but no user.
        """
        _check(resource_name, people)
        super().__init__("roster:index:Team", resource_name, None, opts)
        self._name = resource_name
        self._adopt = adopt
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

    def _common(self, connection: Text | None) -> CommonArguments:
        return {"adopt": self._adopt, "connection": connection, "opts": pulumi.ResourceOptions(parent=self)}

    def _make_appsec(self, wanted: TeamAppSecArgs, people: Sequence[Person]) -> None:
        group = appsec.IdentityGroup(
            f"{self._name}-appsec",
            name=wanted.name or self._name,
            description=self._description,
            members=[person.appsec for person in people if person.appsec is not None],
            **self._common(wanted.connection),
        )
        self.appsec_group_id = group.id

    def _make_vault(self, wanted: TeamVaultArgs, people: Sequence[Person]) -> None:
        group = vault.IdentityGroup(
            f"{self._name}-vault",
            name=wanted.name or self._name,
            policies=wanted.policies,
            metadata=wanted.metadata,
            member_group_ids=wanted.member_group_ids,
            member_entity_ids=[person.vault for person in people if person.vault is not None],
            **self._common(wanted.connection),
        )
        self.vault_group_id = group.id

    def _make_ibm(self, wanted: TeamIbmArgs, people: Sequence[Person]) -> None:
        group = ibm.AccessGroup(
            f"{self._name}-ibm",
            name=wanted.name or self._name,
            description=self._description,
            account_id=wanted.account_id,
            **self._common(wanted.connection),
        )
        ibm.AccessGroupMembers(
            f"{self._name}-ibm-members",
            access_group_id=group.id,
            members=[person.ibm for person in people if person.ibm is not None],
            exclusive=wanted.exclusive,
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
            name=wanted.name or self._name,
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
            for person in people:
                if person.britive is not None and person.britive_account is not None:
                    britive.AccountMapping(
                        f"{self._name}-britive-{name}-{person.name}",
                        application_id=wanted.application_id,
                        environment_id=environment.id,
                        account_id=person.britive_account,
                        user_id=person.britive,
                        **common,
                    )


def _check(resource_name: str, people: Sequence[Person]) -> None:
    names = [person.name for person in people]
    twice = sorted({name for name in names if names.count(name) > 1})
    failures = [f"people: must have unique names, got {name!r} twice" for name in twice]
    failures += [
        f"people[{number}].britive: is required if britive_account is given ({person.name})"
        for number, person in enumerate(people)
        if person.britive_account is not None and person.britive is None
    ]
    if failures:
        raise InvalidArguments(f"team {resource_name!r}: {'; '.join(failures)}", hint="correct the list of people")
