"""Provides a component that declares a team: one list of people, and a group with these members in each system.

To add a person to all systems, a reviewer approves one new line.
"""

from pulumi_roster.team.arguments import (
    Person,
    TeamAppSecArgs,
    TeamBritiveArgs,
    TeamIbmArgs,
    TeamIbmRuleDict,
    TeamVaultArgs,
)
from pulumi_roster.team.component import Team

__all__ = ["Person", "Team", "TeamAppSecArgs", "TeamBritiveArgs", "TeamIbmArgs", "TeamIbmRuleDict", "TeamVaultArgs"]
