"""Defines the base class of handlers, which implement the verbs of one kind of resource.

A handler raises :class:`~pulumi_roster.errors.NotFound` for an absent object. The layers around it
add retries, tokens, differences and pickles.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Generic, TypeVar, get_args

from ..http.client import Client
from ..http.keys import System
from ..schema.identity import ObjectKey
from ..schema.model import Args, State
from .list_cache import Listing

__all__ = ["Handler", "ObjectKey"]

A = TypeVar("A", bound=Args)
S = TypeVar("S", bound=State)


class Handler(Generic[A, S]):
    """The verbs of one kind of resource. Each verb has a handler of its own, whose calls share one deadline.

    A kind defines ``create``, ``update`` and ``delete``, and at least one of ``read`` and ``list``. Without ``read``,
    Roster reads an object from the listing. If arguments have :class:`.Key` marks, Roster looks for the natural key
    before a create: with ``find`` if the service can search for it, else in the listing.

    Class attributes:

    - ``kind``: the name of the kind in every user's state. It never changes.
    - ``system``: the service.
    - ``import_key``: how a person names one object, such as ``{access_group_id}/{id}``.
    - ``listing``: the name of the listing. Kinds that share one listing, such as Britive groups and environments, have
      the same name.
    """

    kind: ClassVar[str]
    system: ClassVar[System]
    import_key: ClassVar[str] = "{id}"
    listing: ClassVar[str] = ""
    args_type: ClassVar[type[Args]]
    state_type: ClassVar[type[State]]

    def __init__(self, api: Client) -> None:
        self.api = api

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.listing = cls.listing or cls.kind
        cls.args_type, cls.state_type = get_args(cls.__orig_bases__[0])  # type: ignore[attr-defined]

    def with_service_defaults(self, args: A, listing: Listing[Any]) -> A:
        """Fill in arguments whose default only the service knows, such as the parent of an environment.

        A create calls this first.

        :param listing: the shared listing of the scope.
        """
        return args

    def create(self, args: A) -> S:
        """Create the object. Return its state, if possible from the service's reply alone."""
        raise NotImplementedError

    def read(self, key: ObjectKey, prior: S | None) -> S:
        """Return the object as it is now.

        :param prior: the last known state; ``None`` if the object is imported, and only its key is known.
        """
        raise NotImplementedError

    def update(self, id: str, args: A, prior: S) -> S:
        """Change the object from ``prior`` to ``args``. Fields with a ``Replace`` mark do not differ."""
        raise NotImplementedError

    def delete(self, id: str, prior: S) -> None:
        """Remove the object."""
        raise NotImplementedError

    def list(self, scope: str) -> Iterable[State]:
        """Return all objects of this kind in one scope, each as complete as from ``read``, except ``NotListed`` fields.

        If the scope has several fields, each is on a line of its own.
        """
        raise NotImplementedError

    def find(self, args: A) -> Iterable[S]:
        """Return the objects with the natural key of ``args``, each as complete as from ``read``."""
        raise NotImplementedError

    @classmethod
    def has(cls, verb: str) -> bool:
        """Return whether the kind defines this verb."""
        return getattr(cls, verb) is not getattr(Handler, verb)
