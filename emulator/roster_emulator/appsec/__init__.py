"""Emulates the AppSec+ identity groups and token exchange.

Rules are in ``groups.py``, HTTP in ``http.py``, and error bodies in ``errors.py``. The switches ``appsec_...`` decide
what the vendor's document leaves open.
"""

from __future__ import annotations

from roster_emulator.appsec.http import AppSec

__all__ = ["AppSec"]
