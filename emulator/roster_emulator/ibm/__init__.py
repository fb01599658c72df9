"""IBM Cloud IAM Access Groups v2 and the token exchange: https://cloud.ibm.com/apidocs/iam-access-groups

State and rules are in ``groups.py``, ``members.py`` and ``rules.py``, the translation from and to HTTP in ``http.py``,
token exchange in ``identity.py``, error wording in ``errors.py``, tables in ``schema.py``.
"""

from __future__ import annotations

from roster_emulator.ibm.http import Ibm

__all__ = ["Ibm"]
