"""Provides the base of the resource classes that users write, and the clients of look-ups.

Look-ups run inside the user's program, so they read the configuration of that program.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Mapping
from typing import Any, ClassVar

import pulumi
from pulumi import dynamic
from pulumi.runtime import is_config_secret
from typing_extensions import Self, TypedDict

from .catalog import systems
from .engine import Engine, configuration_key
from .errors import InvalidArguments
from .http.auth import sign_out_until
from .http.client import Client
from .http.keys import CONNECTIONS, NAMESPACE, System
from .http.named_connections import has_credential
from .http.settings import Settings
from .lifecycle.handler import Handler

__all__ = ["CommonArguments", "Managed", "program_client", "program_settings"]

_PACKAGE = "pulumi-python"
_PACKAGE_MEMBER = f"{_PACKAGE}:dynamic:Resource"


class CommonArguments(TypedDict, total=False):
    """The arguments that every resource takes.

    :param adopt: whether to adopt an existing object with the same natural key into this stack. By default, the create
        fails if such an object exists. If a group already has other members, creating a set with ``exclusive=True``
        also fails by default. With ``adopt=True``, it removes these members. A link, such as a membership, needs no
        ``adopt``: if the link exists, the create succeeds.
    :param connection: the name of the set of credentials to use, by default ``"default"``. A change keeps the object:
        Roster first reads it through the new connection, and refuses the change if it is not there, or not as recorded.
    :param opts: Pulumi's own options, such as ``depends_on``, ``protect`` and ``parent``.
    """

    adopt: pulumi.Input[bool] | None
    connection: pulumi.Input[str] | None
    opts: pulumi.ResourceOptions | None


class Managed(dynamic.Resource):
    """The base of every resource class.

    A subclass names its handler and declares its outputs as annotations. A user may subclass a resource: the subclass
    keeps the resource's type token, so it manages the same objects.
    """

    handler: ClassVar[type[Handler[Any, Any]]]

    import_key: pulumi.Output[str]
    """The text by which a person names the object, such as ``GROUP/RULE`` for a rule. ``get`` accepts it."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        module, _, name = cls.handler.kind.partition(".")
        super().__init_subclass__(module=f"roster/{module}", name=name, **kwargs)

    def __init__(self, resource_name: str, arguments: Mapping[str, Any]) -> None:
        """Register the resource with Pulumi.

        :param resource_name: the name within the program.
        :param arguments: the ``locals()`` of the subclass's ``__init__``. Each one that names a field of the kind
            becomes an input; ``common`` holds the :class:`CommonArguments`. If the kind has a name and none is given,
            the object gets ``resource_name``.
        :raises InvalidArguments: ``opts`` contains an option that does not work with these resources.
        """
        common: CommonArguments = arguments["common"]
        if unknown := sorted(common.keys() - CommonArguments.__annotations__.keys()):
            names = ", ".join(map(repr, unknown))
            raise TypeError(f"{type(self).__name__}.__init__() got an unexpected keyword argument {names}")
        options = common.get("opts") or pulumi.ResourceOptions()
        _refuse(options)
        _warn_of_plain_credentials(self.handler.system)
        given = {**arguments, **common}
        if "name" in given and given["name"] is None:
            given["name"] = resource_name
        # Outputs that are not also inputs must be listed here, or Pulumi does not make them attributes.
        fields = [name for name in self.handler.state_type.model_fields if name != "id"]
        props = {name: given.get(name) for name in (*fields, "import_key")}
        super().__init__(Engine(self.handler.kind), resource_name, props, options)

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],
        *,
        connection: pulumi.Input[str] = "default",
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """Read an existing object without managing it.

        :param resource_name: the name within the program.
        :param id: the object's ``id`` or its ``import_key``.
        :param connection: the name of the set of credentials to use.
        :param opts: Pulumi's own options.
        """
        return cls._get(resource_name, id, connection, opts)

    @classmethod
    def _get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],
        connection: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None,
        **scope: pulumi.Input[str] | None,
    ) -> Self:
        """Read an existing object.

        :param scope: the fields that the import key has beside the id.
        """
        if id is None or id == "" or isinstance(id, (int, float)):
            raise InvalidArguments(f"{cls.__name__}.get: id must be a string that is not empty, got {id!r}")
        found = cls.__new__(cls)
        options = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        common = CommonArguments(connection=connection, opts=options)
        Managed.__init__(found, resource_name, {**scope, "common": common})
        return found


def _refuse(options: pulumi.ResourceOptions) -> None:
    """Refuse the options that do not work with dynamic resources."""
    if options.import_ is not None:
        raise InvalidArguments(
            f"opts: import_ does not work with dynamic resources, got {options.import_!r}",
            hint="remove import_ and set adopt=True",
        )
    inherited = options.parent.get_provider(_PACKAGE_MEMBER) if options.parent is not None else None
    given = options.providers if options.providers is not None else {}
    several = given if isinstance(given, Mapping) else {provider.package: provider for provider in given}
    if options.provider is not None or inherited is not None or _PACKAGE in several:
        # A second provider process would not share what this run knows, and would not have the stack's configuration.
        raise InvalidArguments(
            "opts: provider does not work with dynamic resources",
            hint="remove provider; to use other credentials, name them in roster:connections and set connection",
        )


_settings: dict[tuple[str, ...], Settings] = {}
_lock = threading.Lock()


def program_settings(system: System) -> Settings:
    """Return the running program's settings for one system.

    A value in the stack's configuration takes precedence over the environment.

    With the Automation API one process runs the programs of several stacks, each with its own configuration.
    """
    _warn_of_plain_credentials(system)
    key = configuration_key(system, _program_config)
    with _lock:
        if key not in _settings:
            _settings[key] = Settings(_program_config, systems=systems)
        return _settings[key]


@atexit.register
def close_program() -> None:
    """Close the connections of all look-ups. It happens at the end of the process at the latest."""
    until = sign_out_until()
    with _lock:
        for settings in _settings.values():
            settings.close(until)
        _settings.clear()


def program_client(system: System, connection: str | None) -> Client:
    """Return the client that a look-up uses.

    :param connection: the name of the set of credentials; ``None`` means the default.
    :raises SettingsError: the connection does not exist, or its settings are incomplete.
    """
    return program_settings(system).client(system, "default" if connection is None else connection).for_verb()


_warned: set[tuple[str, ...]] = set()


def _warn_of_plain_credentials(system: System) -> None:
    """Warn of credentials that were set without ``--secret``, because Pulumi stores them in plain text.

    The warning appears once for each system and configuration.
    """
    configured = configuration_key(system, _program_config)
    with _lock:
        if configured in _warned:
            return
        _warned.add(configured)
    held = {
        setting.key: setting.is_credential(_program_config(f"{NAMESPACE}:{setting.key}")) for setting in system.settings
    }
    held[CONNECTIONS.key] = has_credential(_program_config(f"{NAMESPACE}:{CONNECTIONS.key}"), system)
    for key, credential in held.items():
        if credential and not is_config_secret(f"{NAMESPACE}:{key}"):
            pulumi.log.warn(
                f"{NAMESPACE}:{key} contains a credential but is not a secret, so the stack's files and state show it "
                "in plain text. Create a new credential, set it with `pulumi config set --secret`, and revoke the old "
                "one."
            )


def _program_config(key: str) -> Any:
    namespace, _, name = key.partition(":")
    return pulumi.Config(namespace).get(name)
