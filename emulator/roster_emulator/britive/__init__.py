"""Britive's environments, accounts, permissions and groups: https://docs.britive.com/v1/docs/manage-environments

===========================  ====================================================================================
``schema.py``                tables
``models.py``                what a scan finds, and users: fields and their defaults
``catalog.py``               types of application and the properties of their environments
``applications.py``          state and rules of applications
``groups.py``                ... of environment groups
``environments.py``          ... of environments
``properties.py``            ... of the properties of environments
``scans.py``                 ... of scans
``scanned.py``               ... of accounts, permissions, groups, and each by the other
``mapping.py``               ... of mappings
``users.py``                 ... of users
``paging.py``                page, size, sort and filter
``errors.py``                error bodies
``http.py``                  the API as the core sees it
``http_environments.py``     HTTP translation of applications, groups, environments, scans
``http_accounts.py``         ... of accounts, permissions, groups, mappings
``seeding.py``, ``demo.py``  data
===========================  ====================================================================================

A fresh state holds ``demo.DEMO``: users and the application ``app-demo``, which has no root group yet.
``demo.ORGANISATION`` is an application that scans its own environments: ``emulator.seed(britive=ORGANISATION)``.

What the documents leave open and no switch decides:

- An application's scanned accounts are the same, with the same ids, in each of its environments, also in later ones.
- The vendor's own form of mapping, ``POST .../accounts/{id}/users`` with ``{"saveToAllEnvs": true}``, names no user.
  Here it maps the users that the account has in this environment in all others too, and answers without a body.
- Mapping to all environments is refused as existing (E1010) only when all of them have it.
- A mapping that a user's checked-out profile hangs on is removed with ``forceCheckinPaps=true`` only (else 400 E1001).
- A root group is one whose ``parentId`` is empty; only the name ``root`` (any case) may be made so. The last one stays,
  and its name stays.
- ``E0000`` stands where no code is documented; the vendor's client assumes it for a missing code.
"""

from __future__ import annotations

from roster_emulator.britive.http import Britive

__all__ = ["Britive"]
