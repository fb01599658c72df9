"""The base of the resource classes that users write, and the settings of the program they write them in."""

from __future__ import annotations

import threading
from typing import Any, ClassVar, TypeVar

import pulumi
from pulumi import dynamic
from pulumi.runtime import is_config_secret

from .engine import Engine, configuration
from .http.client import Client
from .http.settings import NAMESPACE, Settings, System
from .lifecycle.handler import Handler

__all__ = ["Managed", "program_client", "program_settings"]

R = TypeVar("R", bound="Managed")


class Managed(dynamic.Resource):
    """A resource whose life is led by this package.

    A subclass names its handler and declares its outputs as annotations. A user's subclass of a resource is a resource
    of the same kind.
    """

    handler: ClassVar[type[Handler[Any, Any]]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        module, _, name = cls.handler.kind.partition(".")
        super().__init_subclass__(module=module, name=name, **kwargs)

    def __init__(self, resource_name: str, props: dict[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        _warn_of_plain_credentials(self.handler.system)
        # An output that stands in no argument must be named here, or Pulumi does not make it an attribute.
        names = [name for name in self.handler.state_type.model_fields if name != "id"]
        super().__init__(Engine(self.handler.kind), resource_name, {**dict.fromkeys(names), **props}, opts)

    @classmethod
    def get(
        cls: type[R],
        resource_name: str,
        id: pulumi.Input[str],
        *,
        connection: pulumi.Input[str] = "default",
        opts: pulumi.ResourceOptions | None = None,
    ) -> R:
        """Reads an object that exists, without managing it.

        :param resource_name: the name within the program.
        :param id: the object's import key, as the README's table gives it for each resource.
        :param connection: the set of credentials.
        """
        found = cls.__new__(cls)
        reading = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        Managed.__init__(found, resource_name, {"connection": connection}, reading)
        return found


_settings: dict[tuple[str, ...], Settings] = {}
_lock = threading.Lock()


def program_settings(system: System) -> Settings:
    """The settings of the running program for one system, for look-ups: stack configuration first, environment second.

    With the Automation API one process runs the programs of several stacks, each with a configuration of its own.
    """
    _warn_of_plain_credentials(system)
    which = configuration(system, _program_config)
    with _lock:
        if which not in _settings:
            _settings[which] = Settings(_program_config)
        return _settings[which]


def close_program() -> None:
    """Gives the connections of look-ups back, as the end of the process does."""
    with _lock:
        for settings in _settings.values():
            settings.close()
        _settings.clear()


def program_client(system: System, connection: str) -> Client:
    """The client that a look-up uses.

    :raises SettingsError: the connection does not exist, or lacks something.
    """
    return program_settings(system).client(system, connection).for_verb()


_warned: set[tuple[str, ...]] = set()


def _warn_of_plain_credentials(system: System) -> None:
    """Says which credentials were set without ``--secret``: Pulumi then keeps them in the clear, in every file.

    Of each system and configuration it is said once.
    """
    which = configuration(system, _program_config)
    with _lock:
        if which in _warned:
            return
        _warned.add(which)
    secrets = [setting.key for setting in system.settings if setting.secret]
    for key in (*secrets, "connections"):
        held = str(_program_config(f"{NAMESPACE}:{key}") or "")
        credential = bool(held) if key in secrets else any(f'"{name}"' in held for name in secrets)
        if credential and not is_config_secret(f"{NAMESPACE}:{key}"):
            pulumi.log.warn(
                f"{NAMESPACE}:{key} holds a credential and is no secret: it stands in the clear in the stack's files "
                "and state. Set it anew with `pulumi config set --secret`, and replace the credential."
            )


def _program_config(key: str) -> Any:
    namespace, _, name = key.partition(":")
    return pulumi.Config(namespace).get(name)
