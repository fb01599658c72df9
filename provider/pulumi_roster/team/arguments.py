"""Defines the arguments of a team: its people, and its part in each system.

Strings that Roster needs before the run, such as the names of people and environments, are plain. All others may be
outputs of other resources.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from typing_extensions import TypedDict

from .. import ibm

__all__ = ["Person", "TeamAppSecArgs", "TeamBritiveArgs", "TeamIbmArgs", "TeamIbmRuleDict", "TeamVaultArgs"]


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person, with an identity in each system. Without an identity in a system, the person is not a member there.

    :param name: unique within the team, without ``/``. Names of resources contain it, so do not change it: Pulumi would
        create these resources under the new names, and delete the old ones.
    :param appsec: the e-mail address, user id or service account id in AppSec+, in the form in which the service lists
        it.
    :param vault: the entity id in Vault or OpenBao.
    :param ibm: the iam_id in IBM Cloud, such as ``IBMid-...``.
    :param britive: the user id in Britive. ``TeamBritiveArgs.accounts`` says which account the user may use.
    """

    name: str
    appsec: pulumi.Input[str] | None = None
    vault: pulumi.Input[str] | None = None
    ibm: pulumi.Input[str] | None = None
    britive: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class TeamAppSecArgs:
    """The team's identity group in AppSec+.

    :param name: the name of the group, by default the team's.
    :param connection: the name of the set of credentials to use.
    """

    name: pulumi.Input[str] | None = None
    connection: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class TeamVaultArgs:
    """The team's internal identity group in Vault or OpenBao. Vault groups have no description.

    :param policies: the policies of every member. A person who can change the members can give these rights to anyone.
        So review changes of the members as carefully as changes of the policies.
    :param metadata: up to 64 pairs.
    :param member_group_ids: all groups whose members also count as members of this group. ``None`` leaves them alone,
        and ``[]`` removes all. The team's ``exclusive`` has no effect on them.
    :param name: the name of the group, by default the team's.
    :param connection: the name of the set of credentials to use.
    """

    policies: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    metadata: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None
    member_group_ids: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    name: pulumi.Input[str] | None = None
    connection: pulumi.Input[str] | None = None


class TeamIbmRuleDict(TypedDict):
    """A dictionary with a rule of the team's access group: all arguments of an ``ibm.AccessGroupRule`` except its name
    and group.
    """

    expiration: pulumi.Input[int]
    realm_name: pulumi.Input[str]
    conditions: pulumi.Input[Sequence[pulumi.Input[ibm.Condition | ibm.ConditionDict]]]


@dataclass(frozen=True, kw_only=True)
class TeamIbmArgs:
    """The team's access group in IBM Cloud, with rules for people who sign in through an identity provider.

    :param rules: the rules by their names. A person who becomes a member by a rule does not count as a member that
        ``exclusive`` removes.
    :param account_id: the account, by default the connection's.
    :param name: the name of the group, by default the team's.
    :param connection: the name of the set of credentials to use.
    """

    rules: Mapping[str, TeamIbmRuleDict] = field(default_factory=dict)
    account_id: pulumi.Input[str] | None = None
    name: pulumi.Input[str] | None = None
    connection: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class TeamBritiveArgs:
    """The team's environment group in Britive, its environments, and the members' account mappings in these.

    A person who is in ``accounts`` is mapped in each environment of the team, except in those that are ``unscanned``.
    Each mapping is a resource of its own, so the team's ``exclusive`` has no effect in Britive: other users of an
    account always stay.

    Accounts come with a scan of an environment. A service that scans first refuses a mapping in an environment that it
    has not scanned (404, E1004). The failed run has already created the environments. Scan them, and run `pulumi up`
    again. For a run without failures, list the new environments in ``unscanned`` too. After the scan, remove them from
    ``unscanned``. The next run then maps the people.

    :param application_id: the application.
    :param environments: the names of environments to create in the team's group. Names of resources contain them, so do
        not change them: Pulumi would create new environments, and delete the old ones.
    :param environment_ids: the ids of existing environments, each by a name of your choice. The team does not change
        these environments: it only maps people in them. Names of resources contain the chosen names.
    :param accounts: the id of the account that a person may use, by the person's name. A person without an account is
        not mapped. The person needs a ``britive`` user id.
    :param unscanned: the names of those environments that the service has not scanned yet. Nobody is mapped in them. If
        you add an environment to ``unscanned`` later, Roster removes its mappings.
    :param parent_id: the parent of the team's environment group, by default the application's root group.
    :param name: the name of the environment group, by default the team's.
    :param connection: the name of the set of credentials to use.
    """

    application_id: pulumi.Input[str]
    environments: Sequence[str] = ()
    environment_ids: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    accounts: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    unscanned: Sequence[str] = ()
    parent_id: pulumi.Input[str] | None = None
    name: pulumi.Input[str] | None = None
    connection: pulumi.Input[str] | None = None
