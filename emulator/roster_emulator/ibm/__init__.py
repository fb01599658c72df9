"""Emulates IBM Cloud IAM Access Groups v2 and the token exchange: https://cloud.ibm.com/apidocs/iam-access-groups

State and rules are in ``groups.py``, ``members.py`` and ``rules.py``, HTTP in ``http.py`` and ``http_*.py``, the token
exchange in ``token_exchange.py``, error bodies in ``errors.py``, and tables in ``schema.py``.
"""

from __future__ import annotations

from roster_emulator.ibm.http import Ibm

__all__ = ["Ibm"]
