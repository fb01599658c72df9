"""The APIs that the emulator serves, one line each."""

from __future__ import annotations

from roster_emulator.api import Api
from roster_emulator.appsec import AppSec
from roster_emulator.britive import Britive
from roster_emulator.ibm import Ibm
from roster_emulator.vault import Vault

APIS: tuple[Api, ...] = (Ibm(), Britive(), Vault(), AppSec())
