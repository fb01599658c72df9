"""Emulates Britive's environments, accounts, permissions and groups: https://docs.britive.com/v1/docs/manage-environments

=========================  ======================================================================================
``http.py``                connects the API to the emulator
``http_tenant.py``         HTTP of health, features, users
``http_applications.py``   HTTP of applications, scans
``http_environments.py``   HTTP of environment groups, environments
``http_accounts.py``       HTTP of accounts, permissions, groups, mappings
``applications.py``        state and rules of applications; ``catalog.py`` has their types
``environment_groups.py``  state and rules of environment groups
``environments.py``        state and rules of environments; ``properties.py`` of their properties
``scans.py``               state and rules of scans
``scanned.py``             accounts, permissions, groups, and the links between them
``mapping.py``             state and rules of mappings; ``users.py`` has the users
``models.py``              fields and defaults of accounts, permissions and users
``seed.py``                adds data; ``sample_data.py`` has the data of a new emulator
=========================  ======================================================================================

The documents leave this open, and no switch decides it:

- The accounts of an application are the same, with the same ids, in each of its environments, new ones too.
- The vendor's document maps with ``POST .../accounts/{id}/users`` and ``{"saveToAllEnvs": true}``, which names no user.
  Here this maps the users that the account has in this environment in all others too, and replies without body.
- Mapping a user in all environments fails as a duplicate (E1010) only if the user is mapped in all of them.
- If a user has checked out a profile that uses the account, only ``forceCheckinPaps=true`` removes the mapping. Without
  it, the reply is 400 E1001.
- A group whose ``parentId`` is empty is a root group. A client must name it ``root``, in any case. A root
  group cannot be renamed, and the last one cannot be deleted.
- ``E0000`` is the code of errors that the document gives none. The vendor's client assumes it if a code is missing.
"""

from __future__ import annotations

from roster_emulator.britive.http import Britive

__all__ = ["Britive"]
