"""Manages access groups.

Source: https://cloud.ibm.com/apidocs/iam-access-groups

Peculiarities: an update must name the revision that it changes; the service deletes a group with members or rules only
if forced; names need not be unique.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

import pulumi
from typing_extensions import Unpack

from ..errors import Conflict, NotFound, UnmanagedContent
from ..http.client import Reply
from ..lifecycle.handler import Handler, ObjectKey
from ..lifecycle.polling import poll_until
from ..managed import CommonArguments, Managed
from ..schema.fields import Len, Text
from ..schema.marks import FromConnection, Key, ProviderOnly, Replace, Scope
from ..schema.model import Args, CheckFailure, State
from ..schema.shared_sets import joined_names
from .bulk_calls import items_of
from .connection import SYSTEM

__all__ = ["AccessGroup", "AccessGroupArgs", "AccessGroupHandler", "AccessGroupState"]


class AccessGroupArgs(Args):
    """The arguments of an access group."""

    account_id: Annotated[Text, Len(1, 100), Replace, Scope, FromConnection("ibmAccountId")]
    name: Annotated[Text, Len(1, 100), Key]
    description: Annotated[str | None, Len(0, 250)] = None
    force_delete: Annotated[bool, ProviderOnly] = False
    allow_duplicate_name: Annotated[bool, ProviderOnly] = False

    def check_failures(self) -> Iterator[CheckFailure]:
        if self.name.casefold() == "public access":
            yield CheckFailure(
                "name", f"must not be the public access group, which belongs to the account, got {self.name!r}"
            )

    def allows_duplicates(self) -> bool:
        return self.allow_duplicate_name

    def duplicate_hint(self) -> str:
        return "set allow_duplicate_name=True to create a second group"


class AccessGroupState(AccessGroupArgs, State):
    """An access group as the service returns it."""

    description: str = ""  # pyright: ignore[reportIncompatibleVariableOverride]
    created_at: str = ""
    created_by_id: str = ""
    last_modified_at: str = ""
    last_modified_by_id: str = ""


class AccessGroupHandler(Handler[AccessGroupArgs, AccessGroupState]):
    """Calls /v2/groups."""

    kind = "ibm.AccessGroup"
    system = SYSTEM

    def create(self, args: AccessGroupArgs) -> AccessGroupState:
        return self._state(self.api.post("/v2/groups", params={"account_id": args.account_id}, json=_body(args, "")))

    def read(self, key: ObjectKey, prior: AccessGroupState | None) -> AccessGroupState:
        return self._state(self.api.get("/v2/groups/{}", key.id))

    def update(self, id: str, args: AccessGroupArgs, prior: AccessGroupState) -> AccessGroupState:
        return self._state(
            self.api.edit("PATCH", "/v2/groups/{}", id, body=lambda read: _body(args, _description(read)))
        )

    def delete(self, id: str, prior: AccessGroupState) -> None:
        def attempt() -> Conflict | None:
            try:
                self.api.delete("/v2/groups/{}", id, params={"force": prior.force_delete})
            except Conflict as error:
                if unmanaged := self._content(id):
                    raise UnmanagedContent(
                        f"the group has members or rules that this stack does not manage: {joined_names(unmanaged)}",
                        hint="remove these members and rules, or, to delete them with the group, set "
                        "force_delete=True, run `pulumi up`, and then delete the group",
                    ) from None
                return error
            return None

        # The service may still count members that this run has just removed.
        refused = poll_until(self.api, attempt, lambda refused: refused is None)
        if refused is not None:
            raise refused

    def list(self, scope: str) -> Iterable[AccessGroupState]:
        query = {"account_id": scope, "limit": 100, "sort": "id", "hide_public_access": True}
        for reply, row in self.api.pages("/v2/groups", key="groups", row_id="id", params=query):
            yield reply.parse_row(AccessGroupState, row, account_id=row.get("account_id") or scope)

    def _state(self, reply: Reply) -> AccessGroupState:
        return reply.parse(AccessGroupState)

    def _content(self, id: str) -> Sequence[str]:
        try:
            pages = self.api.pages(
                "/v2/groups/{}/members",
                id,
                key="members",
                row_id="iam_id",
                params={"limit": 100, "membership_type": "static"},
            )
            members = [f"member {row.get('iam_id')}" for _, row in pages]
            rules = items_of(self.api.get("/v2/groups/{}/rules", id), "rules")
        except NotFound:
            return []
        return [*members, *(f"rule {rule.get('name') or rule.get('id')}" for rule in rules)]


def _body(args: AccessGroupArgs, description: str) -> dict[str, str]:
    """Return the content to send.

    :param description: the one to send if the program declares none.
    """
    return {"name": args.name, "description": description if args.description is None else args.description}


def _description(reply: Reply) -> str:
    return reply.parse(AccessGroupState).description


class AccessGroup(Managed):
    """An access group of an IBM Cloud account. Policies assigned to the group apply to all of its members.

    Errors: ``AlreadyExists`` when the account already has a group of this name; ``UnmanagedContent`` when deleting the
    group would also delete members or rules that this stack does not manage; ``Forbidden`` without the Editor or
    Administrator role.

    Source: https://cloud.ibm.com/apidocs/iam-access-groups
    """

    handler = AccessGroupHandler

    account_id: pulumi.Output[str]
    name: pulumi.Output[str]
    description: pulumi.Output[str]
    created_at: pulumi.Output[str | None]
    created_by_id: pulumi.Output[str | None]
    last_modified_at: pulumi.Output[str | None]
    last_modified_by_id: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        account_id: pulumi.Input[str] | None = None,
        force_delete: pulumi.Input[bool] | None = None,
        allow_duplicate_name: pulumi.Input[bool] | None = None,
        **common: Unpack[CommonArguments],
    ) -> None:
        """Declare an access group.

        :param resource_name: the name within the program.
        :param name: 1 to 100 characters. By default, the resource's name within the program. IBM Cloud allows several
            groups of one name; Roster creates a second one only with ``allow_duplicate_name=True``.
        :param description: up to 250 characters. ``None`` leaves it alone; ``""`` empties it.
        :param account_id: the account, by default the connection's. A change replaces the group.
        :param force_delete: delete the group together with its members, rules and policies. By default, Roster does not
            delete a group that has members or rules that this stack does not manage.
        :param allow_duplicate_name: create the group even if the account has another group of this name.
        :param common: ``adopt``, ``connection`` and ``opts``, described by
            :class:`~pulumi_roster.managed.CommonArguments`.
        """
        super().__init__(resource_name, locals())
