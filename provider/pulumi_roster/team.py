"""A team: one list of people, and a group with these members in each system that is asked for.

A person who is added to the list is one reviewed line, and the right change in every system.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from . import appsec, britive, ibm, vault
from .errors import InvalidArguments

__all__ = ["AppSecTeam", "BritiveTeam", "IbmTeam", "Person", "Team", "VaultTeam"]

Text = pulumi.Input[str]


@dataclass(frozen=True)
class Person:
    """One person, and the identity that they have in each system. Where one is left out, they are not a member there.

    :param name: unique within the team; it is part of names in the state, so it should not change.
    :param appsec: the user or service account id in AppSec+.
    :param vault: the entity id in Vault or OpenBao.
    :param ibm: the iam_id in IBM Cloud, such as ``IBMid-...``.
    :param britive: the user id in Britive.
    :param britive_account: the id of the account that is mapped to this user in the team's environments.
    """

    name: str
    appsec: Text | None = None
    vault: Text | None = None
    ibm: Text | None = None
    britive: Text | None = None
    britive_account: Text | None = None


@dataclass(frozen=True)
class AppSecTeam:
    """What the team gets in AppSec+: an identity group.

    :param name: of the group; by default the team's.
    :param connection: the set of credentials.
    """

    name: Text | None = None
    connection: Text | None = None


@dataclass(frozen=True)
class VaultTeam:
    """What the team gets in Vault or OpenBao: an internal identity group.

    :param policies: what every member may do. Whoever can change the members can give these rights away: review both.
    :param metadata: up to 64 pairs.
    :param member_group_ids: other groups whose members are members as well.
    :param name: of the group; by default the team's.
    :param connection: the set of credentials.
    """

    policies: pulumi.Input[Sequence[Text]] | None = None
    metadata: pulumi.Input[Mapping[str, Text]] | None = None
    member_group_ids: pulumi.Input[Sequence[Text]] | None = None
    name: Text | None = None
    connection: Text | None = None


@dataclass(frozen=True)
class IbmTeam:
    """What the team gets in IBM Cloud: an access group, with rules for those who come by single sign-on.

    :param rules: name -> the other arguments of an ``ibm.AccessGroupRule``: expiration, realm_name, conditions.
    :param exclusive: whether the listed people are all the members.
    :param account_id: by default that of the connection.
    :param name: of the group; by default the team's.
    :param connection: the set of credentials.
    """

    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    exclusive: pulumi.Input[bool] = False
    account_id: Text | None = None
    name: Text | None = None
    connection: Text | None = None


@dataclass(frozen=True)
class BritiveTeam:
    """What the team gets in Britive: an environment group, environments in it, and the members' accounts mapped in
    them.

    :param app_id: the application.
    :param environments: the names of the environments.
    :param parent_id: the environment group that the team's lies in; by default the application's root.
    :param name: of the environment group; by default the team's.
    :param connection: the set of credentials.
    """

    app_id: Text
    environments: Sequence[str] = ()
    parent_id: Text | None = None
    name: Text | None = None
    connection: Text | None = None


class Team(pulumi.ComponentResource):
    """One list of people, and a group with these members in each system that is asked for.

    :param resource_name: the name within the program, and by default that of the groups.
    :param people: the members.
    :param description: of the groups.
    :param appsec: what the team gets in AppSec+; ``None`` for nothing, as with the other three.
    :param vault: what the team gets in Vault or OpenBao.
    :param ibm: what the team gets in IBM Cloud.
    :param britive: what the team gets in Britive.
    :param adopt: take existing groups of the same names over instead of failing.
    :raises InvalidArguments: two people of one name, or an account of Britive without its user.

    Outputs: ``appsec_group_id``, ``vault_group_id``, ``ibm_access_group_id``, ``britive_environment_group_id`` and
    ``britive_environment_ids`` (name -> id); ``None`` where nothing was asked for.
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
        appsec: AppSecTeam | None = None,
        vault: VaultTeam | None = None,
        ibm: IbmTeam | None = None,
        britive: BritiveTeam | None = None,
        adopt: bool | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        _check(resource_name, people)
        super().__init__("roster:index:Team", resource_name, None, opts)
        self._name = resource_name
        self._common: dict[str, Any] = {"adopt": adopt, "opts": pulumi.ResourceOptions(parent=self)}
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

    def _make_appsec(self, wanted: AppSecTeam, people: Sequence[Person]) -> None:
        group = appsec.IdentityGroup(
            f"{self._name}-appsec",
            name=wanted.name or self._name,
            description=self._description,
            members=[person.appsec for person in people if person.appsec is not None],
            connection=wanted.connection,
            **self._common,
        )
        self.appsec_group_id = group.id

    def _make_vault(self, wanted: VaultTeam, people: Sequence[Person]) -> None:
        group = vault.IdentityGroup(
            f"{self._name}-vault",
            name=wanted.name or self._name,
            policies=wanted.policies,
            metadata=wanted.metadata,
            member_group_ids=wanted.member_group_ids,
            member_entity_ids=[person.vault for person in people if person.vault is not None],
            connection=wanted.connection,
            **self._common,
        )
        self.vault_group_id = group.id

    def _make_ibm(self, wanted: IbmTeam, people: Sequence[Person]) -> None:
        group = ibm.AccessGroup(
            f"{self._name}-ibm",
            name=wanted.name or self._name,
            description=self._description,
            account_id=wanted.account_id,
            connection=wanted.connection,
            **self._common,
        )
        ibm.AccessGroupMembers(
            f"{self._name}-ibm-members",
            access_group_id=group.id,
            members=[person.ibm for person in people if person.ibm is not None],
            exclusive=wanted.exclusive,
            connection=wanted.connection,
            **self._common,
        )
        for name, rule in wanted.rules.items():
            ibm.AccessGroupRule(
                f"{self._name}-ibm-{name}",
                access_group_id=group.id,
                name=name,
                connection=wanted.connection,
                **self._common,
                **rule,
            )
        self.ibm_access_group_id = group.id

    def _make_britive(self, wanted: BritiveTeam, people: Sequence[Person]) -> None:
        place: dict[str, Any] = {"app_id": wanted.app_id, "connection": wanted.connection, **self._common}
        group = britive.EnvironmentGroup(
            f"{self._name}-britive",
            name=wanted.name or self._name,
            description=self._description,
            parent_id=wanted.parent_id,
            **place,
        )
        self.britive_environment_group_id = group.id
        for name in wanted.environments:
            environment = britive.Environment(
                f"{self._name}-britive-{name}",
                name=name,
                description=self._description,
                parent_group_id=group.id,
                **place,
            )
            self.britive_environment_ids[name] = environment.id
            for person in people:
                if person.britive is not None and person.britive_account is not None:
                    britive.AccountMapping(
                        f"{self._name}-britive-{name}-{person.name}",
                        environment_id=environment.id,
                        account_id=person.britive_account,
                        user_id=person.britive,
                        **place,
                    )


def _check(resource_name: str, people: Sequence[Person]) -> None:
    names = [person.name for person in people]
    faults = [f"people: {name!r} is there twice" for name in sorted({name for name in names if names.count(name) > 1})]
    faults += [
        f"people[{number}]: britive_account is given without britive, the user that it is mapped to ({person.name})"
        for number, person in enumerate(people)
        if person.britive_account is not None and person.britive is None
    ]
    if faults:
        raise InvalidArguments(f"team {resource_name!r}: {'; '.join(faults)}", hint="correct the list of people")
