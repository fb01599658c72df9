"""AppSec+ identity groups and its token exchange.

Rules are in ``groups.py``, tables in ``schema.py``, HTTP in ``http.py``, the token exchange in ``oauth.py``, error
bodies in ``errors.py``. What the vendor's document leaves open are the switches ``appsec_...``.
"""

from __future__ import annotations

from roster_emulator.appsec.http import AppSec

__all__ = ["AppSec"]
