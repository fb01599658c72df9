"""Manages groups, their members, rules and environments as code, with Pulumi.

There are resources for AppSec+ (:mod:`pulumi_roster.appsec`), Vault and OpenBao (:mod:`pulumi_roster.vault`), IBM Cloud
IAM (:mod:`pulumi_roster.ibm`) and Britive (:mod:`pulumi_roster.britive`), and :class:`Team`, which combines them.
Import the package as ``import pulumi_roster as roster``.
"""

from importlib.metadata import version as _version

from pulumi_roster import appsec, britive, errors, ibm, vault
from pulumi_roster.team import (
    Person,
    Team,
    TeamAppSecArgs,
    TeamBritiveArgs,
    TeamIbmArgs,
    TeamIbmRuleDict,
    TeamVaultArgs,
)

__all__ = [
    "Person",
    "Team",
    "TeamAppSecArgs",
    "TeamBritiveArgs",
    "TeamIbmArgs",
    "TeamIbmRuleDict",
    "TeamVaultArgs",
    "appsec",
    "britive",
    "errors",
    "ibm",
    "vault",
]

__version__ = _version("pulumi-roster")


def __dir__() -> list[str]:
    return __all__
