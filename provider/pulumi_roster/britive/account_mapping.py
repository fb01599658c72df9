"""Maps users to the accounts that they may use.

Source: https://docs.britive.com/v1/docs/manage-environments, sections 10 and 11

Peculiarities: the documented mapping call names no user, so Roster sends the same bodies as the vendor's Python client.
One call maps the user in all environments, but no call removes the mapping from all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import pulumi
from pydantic import Field
from typing_extensions import Unpack

from ..errors import BadRequest, Conflict, NotFound
from ..lifecycle.handler import Handler, ObjectKey
from ..managed import CommonArguments, Managed
from ..schema.marks import NotListed, ProviderOnly, Replace, Scope
from ..schema.model import Args, State
from .application import EnvironmentState, Id, read_tree
from .connection import ALREADY_MAPPED, SYSTEM
from .scan_results import MappedUser, ScannedAccount, ScannedId

__all__ = ["ACCOUNTS", "AccountMapping", "AccountMappingArgs", "AccountMappingHandler", "AccountMappingState"]

ACCOUNTS = "/api/apps/{}/environments/{}/accounts"
USERS = f"{ACCOUNTS}/{{}}/users"


class AccountMappingArgs(Args):
    """The arguments of a mapping."""

    application_id: Annotated[Id, Replace, Scope]
    # The old mapping may exist in all environments. If Roster created the new mapping first and then removed the old
    # one, the removal would also remove the new one.
    environment_id: Annotated[Id, Replace(delete_first=True), Scope]
    account_id: Annotated[ScannedId, Replace]
    user_id: Annotated[Id, Replace]
    all_environments: Annotated[bool, NotListed] = False
    force_checkin: Annotated[bool, ProviderOnly] = False


class AccountMappingState(AccountMappingArgs, State):
    """A mapping that exists. ``other_environment_ids`` are the other environments to which this resource added the
    mapping.
    """

    other_environment_ids: Annotated[list[str], NotListed] = Field(default_factory=list)


class AccountMappingHandler(Handler[AccountMappingArgs, AccountMappingState]):
    """Calls /api/apps/{app}/environments/{env}/accounts/{account}/users."""

    kind = "britive.AccountMapping"
    system = SYSTEM
    import_key = "{application_id}/{environment_id}/{account_id}/{user_id}"

    def create(self, args: AccountMappingArgs) -> AccountMappingState:
        return self._map(args, [])

    def read(self, key: ObjectKey, prior: AccountMappingState | None) -> AccountMappingState:
        fields: dict[str, Any] = {"id": key.id, **key.fields}
        known = prior or AccountMappingState.model_construct(**fields)
        if self._is_mapped(known, known.environment_id):
            return known
        if known.other_environment_ids:
            # If this mapping counted as deleted, the state would lose the mappings in the other environments. Instead,
            # the mapping differs from its declaration, and the next update maps in all environments again.
            return known.model_copy(update={"all_environments": False})
        raise NotFound(f"the user {known.user_id} is not mapped", status=404)

    def update(self, id: str, args: AccountMappingArgs, prior: AccountMappingState) -> AccountMappingState:
        if args.all_environments:
            return self._map(args, prior.other_environment_ids)
        self._unmap(prior, prior.other_environment_ids)
        return self._map(args, [])

    def delete(self, id: str, prior: AccountMappingState) -> None:
        self._unmap(prior, [*prior.other_environment_ids, prior.environment_id])

    def list(self, scope: str) -> Iterable[AccountMappingState]:
        application_id, _, environment_id = scope.partition("\n")
        query = {"page": 0, "size": 100}
        for reply, row in self.api.pages(
            ACCOUNTS, application_id, environment_id, key="data", row_id="accountId", params=query
        ):
            account = reply.parse_result(ScannedAccount, row)
            for user in account.mapped_users:
                values: dict[str, Any] = {
                    "application_id": application_id,
                    "environment_id": environment_id,
                    "account_id": account.id,
                    "user_id": user.id,
                }
                yield AccountMappingState.model_construct(id="/".join(values.values()), **values)

    def _map(self, args: AccountMappingArgs, others: Sequence[str]) -> AccountMappingState:
        if args.all_environments:
            others = sorted({*others, *self._other_environments(args)})
        with _accept_existing_mapping():
            # Repeatable: the service answers a second attempt with the code of an existing mapping.
            if args.all_environments:
                body: Any = {"saveToAllEnvs": True}
                self.api.post(f"{USERS}/{{}}", *_place(args), args.user_id, json=body, repeatable=True)
            else:
                self.api.post(USERS, *_place(args), json=[args.user_id], repeatable=True)
        id = "/".join([*_place(args), args.user_id])
        return AccountMappingState.model_construct(
            **{name: getattr(args, name) for name in AccountMappingArgs.model_fields},
            id=id,
            other_environment_ids=list(others),
        )

    def _other_environments(self, args: AccountMappingArgs) -> Iterator[str]:
        """Find the other environments that have the account but not the mapping; with ``adopt``, also those with it."""
        for node in list(read_tree(self.api, args.application_id)):
            if not isinstance(node, EnvironmentState) or node.id == args.environment_id:
                continue
            try:
                if args.adopt or args.user_id not in self._users(args, node.id):
                    yield node.id
            except NotFound:
                continue

    def _users(self, args: AccountMappingArgs, environment_id: str) -> set[str]:
        reply = self.api.get(USERS, args.application_id, environment_id, args.account_id)
        return {reply.parse_result(MappedUser, user).id for user in reply.rows()}

    def _is_mapped(self, args: AccountMappingArgs, environment_id: str) -> bool:
        try:
            return args.user_id in self._users(args, environment_id)
        except (BadRequest, NotFound) as error:
            # Only a listing of the application proves that the environment, or the account in it, no longer exists.
            environments = {node.id for node in read_tree(self.api, args.application_id)}
            if environment_id in environments and not isinstance(error, NotFound):
                raise
            return False

    def _unmap(self, args: AccountMappingArgs, environments: Iterable[str]) -> None:
        for environment in environments:
            place = (args.application_id, environment, args.account_id, args.user_id)
            try:
                self.api.delete(f"{USERS}/{{}}", *place, params={"forceCheckinPaps": args.force_checkin})
            except (BadRequest, Conflict, NotFound) as error:
                if not self._is_mapped(args, environment) or isinstance(error, NotFound):
                    continue
                if not args.force_checkin and not error.hint:
                    error.hint = _CHECKED_OUT
                raise


_CHECKED_OUT = (
    "if the user has checked out profiles that use this account, set force_checkin=True and run `pulumi up` "
    "before you remove the mapping"
)


def _place(args: AccountMappingArgs) -> tuple[str, str, str]:
    return args.application_id, args.environment_id, args.account_id


@contextmanager
def _accept_existing_mapping() -> Iterator[None]:
    try:
        yield
    except Conflict as error:
        if error.code != ALREADY_MAPPED:
            raise
    except NotFound as error:
        error.hint = "check the ids; an account exists only after a scan of its environment has found it"
        raise


class AccountMapping(Managed):
    """Lets a user use an account of an environment.

    If the user is already mapped, the resource takes ownership of that mapping. A destroy removes it.

    Britive has no call that removes a mapping from all environments. Therefore, with ``all_environments``, the resource
    records the other environments in which it added the mapping (``other_environment_ids``). A destroy removes the
    mapping from those and from its own environment; mappings that others created stay. The resource does not cover
    environments that are created later, and a refresh does not read the other environments. To watch each environment,
    declare a mapping for each.

    Errors: ``NotFound`` when the account, the user or the environment does not exist; ``Conflict`` (E1013) when a
    destroy would remove a mapping that the service made by itself; ``BadRequest`` for an application that does not
    exist.

    Source: https://docs.britive.com/v1/docs/manage-environments
    """

    handler = AccountMappingHandler

    application_id: pulumi.Output[str]
    environment_id: pulumi.Output[str]
    account_id: pulumi.Output[str]
    user_id: pulumi.Output[str]
    all_environments: pulumi.Output[bool]
    other_environment_ids: pulumi.Output[list[str]]

    def __init__(
        self,
        resource_name: str,
        *,
        application_id: pulumi.Input[str],
        environment_id: pulumi.Input[str],
        account_id: pulumi.Input[str],
        user_id: pulumi.Input[str],
        all_environments: pulumi.Input[bool] | None = None,
        force_checkin: pulumi.Input[bool] | None = None,
        **common: Unpack[CommonArguments],
    ) -> None:
        """Declare a mapping.

        :param resource_name: the name within the program.
        :param application_id: the application. A change replaces the mapping.
        :param environment_id: the environment. A change replaces the mapping, and removes the old one first.
        :param account_id: the account's id, a string such as ``"2800"``. ``list_accounts`` returns the ids. A change
            replaces the mapping.
        :param user_id: the user. A change replaces the mapping.
        :param all_environments: map the user in all environments that the application has today. Environments that the
            application gets later are not mapped. This needs one more call for each environment. With ``adopt=True``, a
            destroy also removes the mappings that existed before in other environments.
        :param force_checkin: on removal, check in the profiles that the user has checked out with this account. By
            default, the service may refuse the removal.
        :param common: ``adopt``, ``connection`` and ``opts``, described by
            :class:`~pulumi_roster.managed.CommonArguments`.
        """
        super().__init__(resource_name, locals())
