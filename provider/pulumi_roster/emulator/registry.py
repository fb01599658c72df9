"""The APIs that the emulator serves, one line each."""

from __future__ import annotations

from pulumi_roster.emulator.api import Api
from pulumi_roster.emulator.appsec import AppSec
from pulumi_roster.emulator.britive import Britive
from pulumi_roster.emulator.ibm import Ibm
from pulumi_roster.emulator.vault import Vault

APIS: tuple[Api, ...] = (Ibm(), Britive(), Vault(), AppSec())
