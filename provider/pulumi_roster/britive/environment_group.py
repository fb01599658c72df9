"""Manages environment groups.

Source: https://docs.britive.com/v1/docs/manage-environments, sections 3 and 4

Peculiarities: the document does not describe the update of a group, so Roster does the same as the vendor's Terraform
provider. The document also does not say what happens to the content of a deleted group, so Roster deletes only empty
groups.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pulumi
from typing_extensions import Self, Unpack

from ..errors import NotFound, UnmanagedContent
from ..lifecycle.handler import Handler
from ..lifecycle.list_cache import Listing
from ..lifecycle.polling import retry_while_absent
from ..managed import CommonArguments, Managed
from ..schema.model import State
from ..schema.shared_sets import joined_names
from .application import (
    LISTING,
    EnvironmentGroupArgs,
    EnvironmentGroupState,
    parent_of,
    parse_group,
    read_tree,
    remove,
    write_lock,
)
from .connection import SYSTEM
from .root_group import CREATE_GROUP, DELETE_GROUP, root_id

__all__ = ["EnvironmentGroup", "EnvironmentGroupHandler"]


class EnvironmentGroupHandler(Handler[EnvironmentGroupArgs, EnvironmentGroupState]):
    """Calls /api/apps/{app}/root-environment-group/groups."""

    kind = "britive.EnvironmentGroup"
    system = SYSTEM
    import_key = "{application_id}/{id}"
    listing = LISTING

    def with_service_defaults(self, args: EnvironmentGroupArgs, listing: Listing[Any]) -> EnvironmentGroupArgs:
        return (
            args
            if args.parent_id
            else args.model_copy(update={"parent_id": root_id(self.api, args.application_id, listing)})
        )

    def create(self, args: EnvironmentGroupArgs) -> EnvironmentGroupState:
        body = {"name": args.name, "description": args.description or "", "type": "group", "parentId": args.parent_id}
        with write_lock(self.api, args.application_id):
            reply = self.api.post(CREATE_GROUP, args.application_id, json=body)
        return parse_group(reply, reply.fields(), args.application_id)

    def update(self, id: str, args: EnvironmentGroupArgs, prior: EnvironmentGroupState) -> EnvironmentGroupState:
        application_id, now = args.application_id, prior
        if args.description is None or args.parent_id is None:
            # The body contains all fields, so those that are not managed must be as they are now.
            now = retry_while_absent(self.api, lambda: self._now(id, application_id))
        description = now.description if args.description is None else args.description
        body = {"id": id, "name": args.name, "description": description, "parentId": now.parent_id or ""}
        with write_lock(self.api, application_id):
            # Repeatable: a second identical update changes nothing.
            reply = self.api.request("PATCH", f"{CREATE_GROUP}/{{}}", application_id, id, json=body, repeatable=True)
        if reply.json() is None:
            return now.model_copy(update={"name": args.name, "description": description})
        return parse_group(reply, reply.fields(), application_id)

    def delete(self, id: str, prior: EnvironmentGroupState) -> None:
        try:
            # The listing may still show content that this run has just deleted.
            retry_while_absent(self.api, lambda: self._empty(id, prior.application_id))
        except _HasContent as content:
            raise UnmanagedContent(
                f"the group has content that this stack does not manage: {content.message}",
                hint="delete that content, or move it to another group",
            ) from None
        remove(self.api, DELETE_GROUP, prior.application_id, id)

    def list(self, scope: str) -> Iterable[State]:
        return read_tree(self.api, scope)

    def _now(self, id: str, application_id: str) -> EnvironmentGroupState:
        for node in read_tree(self.api, application_id):
            if node.id == id and isinstance(node, EnvironmentGroupState):
                return node
        raise NotFound(f"the group {id} no longer exists", status=404)

    def _empty(self, id: str, application_id: str) -> None:
        inside = [
            f"{'group' if isinstance(node, EnvironmentGroupState) else 'environment'} {node.name!r} ({node.id})"
            for node in read_tree(self.api, application_id)
            if parent_of(node) == id
        ]
        if inside:
            raise _HasContent(joined_names(inside), status=404)


class _HasContent(NotFound):
    """The group is not empty. As a ``NotFound``, it makes :func:`retry_while_absent` look again for a while."""


class EnvironmentGroup(Managed):
    """An environment group of a Britive application. It contains environments and other groups, to any depth.

    You can create groups only in applications that do not scan their own environments: AWS Standalone, Okta,
    Salesforce, ServiceNow, Snowflake Standalone.

    Errors: ``AlreadyExists`` when the parent already has a group of this name; ``UnmanagedContent`` when deleting the
    group would also delete content that this stack does not manage; ``BadRequest`` for an application that does not
    exist, or that scans its own environments.

    Source: https://docs.britive.com/v1/docs/manage-environments
    """

    handler = EnvironmentGroupHandler

    application_id: pulumi.Output[str]
    name: pulumi.Output[str]
    description: pulumi.Output[str]
    parent_id: pulumi.Output[str | None]
    type: pulumi.Output[str | None]
    status: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        application_id: pulumi.Input[str],
        name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        parent_id: pulumi.Input[str] | None = None,
        **common: Unpack[CommonArguments],
    ) -> None:
        """Declare an environment group.

        :param resource_name: the name within the program.
        :param application_id: the application. A change replaces the group.
        :param name: must not be blank. By default, the resource's name within the program. Britive allows a name twice
            in one parent; Roster refuses to create the second.
        :param description: any text. ``None`` leaves it alone; ``""`` empties it.
        :param parent_id: the parent group. A change replaces the group, and deletes the old one first. By default,
            Roster creates the group under the application's root group, and first creates that root group if there is
            none. The parent is then not managed; the output shows it.
        :param common: ``adopt``, ``connection`` and ``opts``, described by
            :class:`~pulumi_roster.managed.CommonArguments`.
        """
        super().__init__(resource_name, locals())

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],
        *,
        application_id: pulumi.Input[str] | None = None,
        connection: pulumi.Input[str] = "default",
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """Read an existing environment group without managing it.

        :param resource_name: the name within the program.
        :param id: the ``id``, together with ``application_id``, or the ``import_key``.
        :param application_id: the application; not needed with an ``import_key``.
        :param connection: the name of the set of credentials to use.
        :param opts: Pulumi's own options.
        """
        return cls._get(resource_name, id, connection, opts, application_id=application_id)
