"""Environments: https://docs.britive.com/v1/docs/manage-environments, sections 5 and 6

Particular: name and description are changed as the properties ``displayName`` and ``description``, which the vendor's
clients do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pulumi

from ..lifecycle.handler import Handler
from ..lifecycle.list_cache import Listing
from ..managed import Managed
from ..schema.model import State
from .connection import SYSTEM
from .root import root_id
from .tree import LISTING, EnvironmentArgs, EnvironmentState, parse_environment, read_tree, remove, writing

__all__ = ["Environment", "EnvironmentHandler"]

ENVIRONMENT = "/api/apps/{}/environments/{}"


class EnvironmentHandler(Handler[EnvironmentArgs, EnvironmentState]):
    """The calls under /api/apps/{app}/environments."""

    kind = "britive.Environment"
    system = SYSTEM
    import_key = "{app_id}/{id}"
    listing = LISTING

    def with_service_defaults(self, args: EnvironmentArgs, listing: Listing[Any]) -> EnvironmentArgs:
        if args.parent_group_id:
            return args
        return args.model_copy(update={"parent_group_id": root_id(self.api, args.app_id, listing)})

    def create(self, args: EnvironmentArgs) -> EnvironmentState:
        body = {
            "name": args.name,
            "description": args.description,
            "type": "environment",
            "parentGroupId": args.parent_group_id,
        }
        with writing(self.api, args.app_id):
            reply = self.api.post("/api/apps/{}/root-environment-group/environments", args.app_id, json=body)
        return parse_environment(reply, reply.fields(), args.app_id)

    def update(self, id: str, args: EnvironmentArgs, prior: EnvironmentState) -> EnvironmentState:
        properties = {"displayName": args.name, "description": args.description}
        body = {"propertyTypes": [{"name": name, "value": value} for name, value in properties.items()]}
        with writing(self.api, args.app_id):
            # Twice is the same as once.
            self.api.request("PATCH", f"{ENVIRONMENT}/properties", args.app_id, id, json=body, repeatable=True)
        return prior.model_copy(update={"name": args.name, "description": args.description})

    def delete(self, id: str, prior: EnvironmentState) -> None:
        remove(self.api, ENVIRONMENT, prior.app_id, id)

    def list(self, scope: str) -> Iterable[State]:
        return read_tree(self.api, scope)


class Environment(Managed):
    """An environment of a Britive application. What a scan found in it (accounts, permissions) is deleted with it.

    Only applications that do not scan their own environments have environments that are made by hand: AWS Standalone,
    Okta, Salesforce, ServiceNow, Snowflake Standalone. Its other properties, such as how the service logs in, are not
    managed here and are left alone.

    :param resource_name: the name within the program.
    :param app_id: the application; another one makes a new environment.
    :param name: not blank. The service allows one name twice in one group; here the second is refused.
    :param description: any text.
    :param parent_group_id: the group above; another one makes a new environment, after the old one was deleted. Without
        it the environment is made under the application's root group, which is found, or made where there is none yet;
        where the environment is afterwards is then not managed (``parent`` tells it).
    :param adopt: take an existing environment of this name in this group over instead of failing.
    :param connection: the set of credentials.

    Errors: ``AlreadyExists`` when the group has an environment of this name; ``NotFound`` when the group does not
    exist; ``BadRequest`` for an application that does not exist, or that scans its own environments.

    Source: https://docs.britive.com/v1/docs/manage-environments
    """

    handler = EnvironmentHandler

    app_id: pulumi.Output[str]
    name: pulumi.Output[str]
    description: pulumi.Output[str]
    parent_group_id: pulumi.Output[str | None]
    parent: pulumi.Output[str]
    type: pulumi.Output[str]
    status: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        app_id: pulumi.Input[str],
        name: pulumi.Input[str],
        description: pulumi.Input[str] | None = None,
        parent_group_id: pulumi.Input[str] | None = None,
        adopt: pulumi.Input[bool] | None = None,
        connection: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        props = {
            "app_id": app_id,
            "name": name,
            "description": description,
            "parent_group_id": parent_group_id,
            "adopt": adopt,
            "connection": connection,
        }
        super().__init__(resource_name, props, opts)
