"""HTTP translation of the IBM API."""

from __future__ import annotations

from starlette.datastructures import Headers
from typing_extensions import override

from pulumi_roster.emulator.api import Api, Call, Reply, bearer
from pulumi_roster.emulator.ibm import errors, identity


class Ibm(Api):
    """IBM Cloud IAM."""

    name = "ibm"
    prefixes = ("/v2/", "/identity/")
    routes = (identity.ROUTE,)

    @override
    def credential(self, headers: Headers) -> str | None:
        return bearer(headers, "bearer")

    @override
    def refuse(self, call: Call, status: int, detail: str = "") -> Reply:
        return errors.general(call, status, detail)
