"""Roster: who is in which group, by which rule, in which environment, as code.

Pulumi resources for AppSec+ (:mod:`pulumi_roster.appsec`), Vault and OpenBao (:mod:`pulumi_roster.vault`), IBM Cloud
IAM (:mod:`pulumi_roster.ibm`) and Britive (:mod:`pulumi_roster.britive`), and :class:`Team`, which composes them.
Import it as ``import pulumi_roster as roster``.
"""

from importlib.metadata import version as _version

from pulumi_roster import appsec, britive, errors, ibm, vault
from pulumi_roster.team import AppSecTeam, BritiveTeam, IbmTeam, Person, Team, VaultTeam

__all__ = [
    "AppSecTeam",
    "BritiveTeam",
    "IbmTeam",
    "Person",
    "Team",
    "VaultTeam",
    "appsec",
    "britive",
    "errors",
    "ibm",
    "vault",
]

__version__ = _version("pulumi-roster")


def __dir__() -> list[str]:
    return __all__
