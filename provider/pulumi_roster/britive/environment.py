"""Manages environments.

Source: https://docs.britive.com/v1/docs/manage-environments, sections 5 and 6

Peculiarity: an update sets the properties ``displayName`` and ``description``, as the vendor's clients do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pulumi
from typing_extensions import Self, Unpack

from ..lifecycle.handler import Handler
from ..lifecycle.list_cache import Listing
from ..managed import CommonArguments, Managed
from ..schema.model import State
from .application import LISTING, EnvironmentArgs, EnvironmentState, parse_environment, read_tree, remove, write_lock
from .connection import SYSTEM
from .root_group import root_id

__all__ = ["Environment", "EnvironmentHandler"]

ENVIRONMENT = "/api/apps/{}/environments/{}"


class EnvironmentHandler(Handler[EnvironmentArgs, EnvironmentState]):
    """Calls /api/apps/{app}/environments."""

    kind = "britive.Environment"
    system = SYSTEM
    import_key = "{application_id}/{id}"
    listing = LISTING

    def with_service_defaults(self, args: EnvironmentArgs, listing: Listing[Any]) -> EnvironmentArgs:
        if args.parent_group_id:
            return args
        return args.model_copy(update={"parent_group_id": root_id(self.api, args.application_id, listing)})

    def create(self, args: EnvironmentArgs) -> EnvironmentState:
        body = {
            "name": args.name,
            "description": args.description or "",
            "type": "environment",
            "parentGroupId": args.parent_group_id,
        }
        with write_lock(self.api, args.application_id):
            reply = self.api.post("/api/apps/{}/root-environment-group/environments", args.application_id, json=body)
        return parse_environment(reply, reply.fields(), args.application_id)

    def update(self, id: str, args: EnvironmentArgs, prior: EnvironmentState) -> EnvironmentState:
        properties = {"displayName": args.name, "description": args.description}
        written = {name: value for name, value in properties.items() if value is not None}
        body = {"propertyTypes": [{"name": name, "value": value} for name, value in written.items()]}
        with write_lock(self.api, args.application_id):
            # Repeatable: a second identical update changes nothing.
            self.api.request("PATCH", f"{ENVIRONMENT}/properties", args.application_id, id, json=body, repeatable=True)
        return prior.model_copy(update=args.model_dump(include={"name", "description"}, exclude_none=True))

    def delete(self, id: str, prior: EnvironmentState) -> None:
        remove(self.api, ENVIRONMENT, prior.application_id, id)

    def list(self, scope: str) -> Iterable[State]:
        return read_tree(self.api, scope)


class Environment(Managed):
    """An environment of a Britive application. A deletion also deletes its scanned accounts and permissions.

    You can create environments only in applications that do not scan their own environments: AWS Standalone, Okta,
    Salesforce, ServiceNow, Snowflake Standalone. Roster manages no other properties of an environment, such as its
    login, and leaves them alone.

    Errors: ``AlreadyExists`` when the group already has an environment of this name; ``NotFound`` when the group does
    not exist; ``BadRequest`` for an application that does not exist, or that scans its own environments.

    Source: https://docs.britive.com/v1/docs/manage-environments
    """

    handler = EnvironmentHandler

    application_id: pulumi.Output[str]
    name: pulumi.Output[str]
    description: pulumi.Output[str]
    parent_group_id: pulumi.Output[str]
    type: pulumi.Output[str | None]
    status: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        application_id: pulumi.Input[str],
        name: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        parent_group_id: pulumi.Input[str] | None = None,
        **common: Unpack[CommonArguments],
    ) -> None:
        """Declare an environment.

        :param resource_name: the name within the program.
        :param application_id: the application. A change replaces the environment.
        :param name: must not be blank. By default, the resource's name within the program. Britive allows a name twice
            in one group; Roster refuses to create the second.
        :param description: any text. ``None`` leaves it alone; ``""`` empties it.
        :param parent_group_id: the parent group. A change replaces the environment, and deletes the old one first. By
            default, Roster creates the environment under the application's root group, and first creates that root
            group if there is none. The parent is then not managed; the output shows it.
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
        """Read an existing environment without managing it.

        :param resource_name: the name within the program.
        :param id: the ``id``, together with ``application_id``, or the ``import_key``.
        :param application_id: the application; not needed with an ``import_key``.
        :param connection: the name of the set of credentials to use.
        :param opts: Pulumi's own options.
        """
        return cls._get(resource_name, id, connection, opts, application_id=application_id)
