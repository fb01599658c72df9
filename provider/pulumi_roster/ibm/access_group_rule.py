"""Manages the dynamic rules of an access group.

Source: https://cloud.ibm.com/apidocs/iam-access-groups

Peculiarities: requests and replies contain the value of a condition as JSON in a string; an update names a revision and
replaces the whole rule, including its name.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

import pulumi
from pydantic import BaseModel, ConfigDict, Field, model_validator
from typing_extensions import Self, TypedDict, Unpack

from ..http.client import Reply
from ..lifecycle.handler import Handler
from ..managed import CommonArguments, Managed
from ..schema.fields import Len, Text, Unordered, sorted_set
from ..schema.marks import Key, Replace, Scope
from ..schema.model import Args, State
from ..schema.unknown import contains_unknown
from .bulk_calls import items_of
from .connection import SYSTEM
from .member import AccessGroupId

__all__ = [
    "AccessGroupRule",
    "AccessGroupRuleArgs",
    "AccessGroupRuleHandler",
    "AccessGroupRuleState",
    "Condition",
    "ConditionArgs",
    "ConditionDict",
    "Operator",
]

Operator = Literal["EQUALS", "EQUALS_IGNORE_CASE", "IN", "NOT_EQUALS", "NOT_EQUALS_IGNORE_CASE", "CONTAINS"]

_TEXT_ONLY = ("EQUALS_IGNORE_CASE", "NOT_EQUALS_IGNORE_CASE")


class ConditionState(BaseModel):
    """A condition as the service returns it, with its value as Python."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    claim: str
    operator: str
    value: Any


class ConditionArgs(ConditionState):
    """A condition: a claim of the identity provider, an operator, and the value to compare with."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    claim: Annotated[Text, Len(1, 1000)]
    operator: Operator  # pyright: ignore[reportIncompatibleVariableOverride]

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        if (
            isinstance(given, dict)
            and "value" in given
            and not contains_unknown([given["value"], given.get("operator")])
        ):
            return {**given, "value": _value(given.get("operator"), given["value"])}
        return given


def _is_scalar(value: Any) -> bool:
    # JSON has no infinity and no NaN.
    return math.isfinite(value) if isinstance(value, float) else isinstance(value, (str, bool, int))


def _value(operator: Any, value: Any) -> Any:
    """Return a value in the form that its operator needs.

    :raises ValueError: the value does not suit the operator.
    """
    if operator == "IN":
        if not isinstance(value, list) or not value:
            raise ValueError("must have a list of at least one string, number or boolean as value of the operator IN")
        if not all(_is_scalar(item) for item in value):
            raise ValueError("must have only strings, numbers and booleans in the list of the operator IN")
        return sorted_set(value)
    if operator in _TEXT_ONLY and not isinstance(value, str):
        raise ValueError(f"must have a string as value of the operator {operator}")
    if not _is_scalar(value):
        raise ValueError(f"must have a string, number or boolean as value of the operator {operator}")
    return value


class AccessGroupRuleArgs(Args):
    """The arguments of a rule."""

    access_group_id: Annotated[AccessGroupId, Replace, Scope]
    name: Annotated[Text, Len(0, 200), Key]
    expiration: Annotated[int, Field(ge=1, le=24)]
    realm_name: Annotated[Text, Len(1, 1000)]
    conditions: Annotated[list[ConditionArgs], Len(1), Unordered]


class AccessGroupRuleState(AccessGroupRuleArgs, State):
    """A rule as the service returns it."""

    conditions: Annotated[list[ConditionState], Unordered]  # type: ignore[assignment]
    account_id: str = ""
    created_at: str = ""
    created_by_id: str = ""
    last_modified_at: str = ""
    last_modified_by_id: str = ""


class AccessGroupRuleHandler(Handler[AccessGroupRuleArgs, AccessGroupRuleState]):
    """Calls /v2/groups/{id}/rules. One call, without pages, lists all rules of a group."""

    kind = "ibm.AccessGroupRule"
    system = SYSTEM
    import_key = "{access_group_id}/{id}"

    def create(self, args: AccessGroupRuleArgs) -> AccessGroupRuleState:
        reply = self.api.post("/v2/groups/{}/rules", args.access_group_id, json=_body(args))
        return _parse(reply, reply.fields(), args.access_group_id)

    def update(self, id: str, args: AccessGroupRuleArgs, prior: AccessGroupRuleState) -> AccessGroupRuleState:
        path = "/v2/groups/{}/rules/{}"
        reply = self.api.edit("PUT", path, args.access_group_id, id, body=lambda read: _body(args))
        return _parse(reply, reply.fields(), args.access_group_id)

    def delete(self, id: str, prior: AccessGroupRuleState) -> None:
        self.api.delete("/v2/groups/{}/rules/{}", prior.access_group_id, id)

    def list(self, scope: str) -> Iterable[AccessGroupRuleState]:
        reply = self.api.get("/v2/groups/{}/rules", scope)
        for row in items_of(reply, "rules"):
            yield _parse(reply, row, scope)


def _body(args: AccessGroupRuleArgs) -> dict[str, Any]:
    body: dict[str, Any] = {
        "expiration": args.expiration,
        "realm_name": args.realm_name,
        "conditions": [
            {"claim": condition.claim, "operator": condition.operator, "value": json.dumps(condition.value)}
            for condition in args.conditions
        ],
    }
    # An update replaces the whole rule, so a body without a name clears the name. This is right only for an empty name.
    return {**body, "name": args.name} if args.name else body


def _parse(reply: Reply, row: dict[str, Any], group_id: str) -> AccessGroupRuleState:
    conditions = [
        {**condition, "value": _from_json(condition["value"])}
        if isinstance(condition, dict) and "value" in condition
        else condition
        for condition in row.get("conditions") or []
    ]
    # Missing conditions do not mean an empty list, which would show as drift. Without them, the row fails to parse.
    fields = {"name": "", **row, **({"conditions": conditions} if conditions else {})}
    return reply.parse_row(AccessGroupRuleState, fields, access_group_id=group_id)


def _from_json(text: Any) -> Any:
    try:
        value = json.loads(text)
        _require_shallow(value)
    except (TypeError, ValueError, RecursionError):
        # Other tools write text that is not JSON. Returned in this form, it differs from every declared value, so the
        # next update repairs it.
        return {"not JSON": text}
    return sorted_set(value) if isinstance(value, list) else value


def _require_shallow(value: Any, depth: int = 0) -> None:
    """Refuse a value with more than 50 levels. A state can contain only a few hundred."""
    if depth > 50:
        raise ValueError("nested too deep")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _require_shallow(item, depth + 1)


Scalar = str | bool | int | float
Value = Scalar | Sequence[pulumi.Input[Scalar]]


@pulumi.input_type
class Condition:
    """One condition of a dynamic rule."""

    claim: pulumi.Input[str]
    operator: pulumi.Input[Operator]
    value: pulumi.Input[Any]  # Pulumi's SDK reads this annotation, and refuses a list if it is a union

    def __init__(
        self,
        claim: pulumi.Input[str],
        operator: pulumi.Input[Operator],
        value: pulumi.Input[Value],
    ) -> None:
        """Describe one condition.

        :param claim: the name of the claim that the identity provider sends.
        :param operator: ``EQUALS``, ``EQUALS_IGNORE_CASE``, ``IN``, ``NOT_EQUALS``, ``NOT_EQUALS_IGNORE_CASE`` or
            ``CONTAINS``.
        :param value: a string, number or boolean; a list of these for ``IN``; a string for the two operators that
            ignore case.
        """
        pulumi.set(self, "claim", claim)
        pulumi.set(self, "operator", operator)
        pulumi.set(self, "value", value)


class ConditionDict(TypedDict):
    """A dictionary that stands for a :class:`Condition`."""

    claim: pulumi.Input[str]
    operator: pulumi.Input[Operator]
    value: pulumi.Input[Value]


class AccessGroupRule(Managed):
    """A dynamic rule of an access group.

    A person who signs in through an identity provider and meets all conditions becomes a member for some hours.

    Errors: ``AlreadyExists`` when the group already has a rule of this name; ``BadRequest`` when the group has as many
    rules as the service allows.

    Source: https://cloud.ibm.com/apidocs/iam-access-groups
    """

    handler = AccessGroupRuleHandler

    access_group_id: pulumi.Output[str]
    name: pulumi.Output[str]
    expiration: pulumi.Output[int]
    realm_name: pulumi.Output[str]
    conditions: pulumi.Output[list[dict[str, Any]]]
    account_id: pulumi.Output[str | None]
    created_at: pulumi.Output[str | None]
    created_by_id: pulumi.Output[str | None]
    last_modified_at: pulumi.Output[str | None]
    last_modified_by_id: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        access_group_id: pulumi.Input[str],
        expiration: pulumi.Input[int],
        realm_name: pulumi.Input[str],
        conditions: pulumi.Input[Sequence[pulumi.Input[Condition | ConditionDict]]],
        name: pulumi.Input[str] | None = None,
        **common: Unpack[CommonArguments],
    ) -> None:
        """Declare a dynamic rule.

        :param resource_name: the name within the program.
        :param access_group_id: the group. A change replaces the rule.
        :param expiration: 1 to 24 hours, after which a member must sign in again.
        :param realm_name: the entity id of the identity provider, such as ``https://idp.example.com/saml``.
        :param conditions: at least one, each as a ``Condition`` or a dictionary. A person must meet all of them. Their
            order has no meaning.
        :param name: up to 200 characters. By default, the resource's name within the program.
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
        access_group_id: pulumi.Input[str] | None = None,
        connection: pulumi.Input[str] = "default",
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """Read an existing rule without managing it.

        :param resource_name: the name within the program.
        :param id: the ``id``, together with ``access_group_id``, or the ``import_key``.
        :param access_group_id: the group; not needed with an ``import_key``.
        :param connection: the name of the set of credentials to use.
        :param opts: Pulumi's own options.
        """
        return cls._get(resource_name, id, connection, opts, access_group_id=access_group_id)
