"""The APIs that the emulator serves, one line each."""

from __future__ import annotations

from pulumi_roster.emulator.api import Api
from pulumi_roster.emulator.ibm import Ibm

APIS: tuple[Api, ...] = (Ibm(),)
