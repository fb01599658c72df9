"""The four APIs on one port of the loopback, for development and tests. No service for real use.

It imports nothing of ``pulumi_roster`` outside this package, so that it cannot share the provider's mistakes.

Use it from a test (a thread of its own, a free port, data in memory)::

    from roster_emulator import running

    with running(rule_limit=100) as emulator:        # any switch of ``switches.py`` by name
        httpx.get(f"{emulator.url}/v2/groups?account_id=acc-demo", headers={"Authorization": "Bearer roster-dev"})
        emulator.fault(kind="drop_after", method="POST", route="/v2/groups", times=1)
        assert emulator.requests() == {"GET /v2/groups": 1}

or from the terminal: ``roster emulate --port 8400 --data FILE``.

Where to look
-------------
========================  ==========================================================================================
``api.py``                what an API is: ``Api``, ``Route``, ``Call``, ``Reply``, ``Problem``
``registry.py``           the APIs that are served: one line each
``switches.py``           every switch, its default and its limits
``world.py``              the state that an API works on: store, switches, clock, tokens, rate-limit windows
``store.py``              SQLite
``auth.py``               who calls, and what they may do
``limits.py``             counting rate-limit windows
``application.py``        the path of one request: route, count, fault, caller, limit, work, reply
``faults.py``             fault plans (what may go wrong) and which plan a request meets
``effects.py``            how a fault looks on the wire
``admin.py``              the paths under ``/_emulator/``
``control.py``            the same paths as Python methods (what ``running`` yields)
``server.py``             uvicorn, the banner, ``running``
``ibm/``                  IBM Cloud IAM: groups, members, rules, token exchange
``britive/``              Britive: environments and their groups, accounts, permissions, groups, mappings
``vault/``                Vault and OpenBao: identity groups, group aliases, entities, auth methods, health
``appsec/``               AppSec+: identity groups, token exchange
========================  ==========================================================================================

How to add an API
-----------------
1. Make a package ``NAME/`` (or a module ``NAME.py`` when it is short). Keep **state and rules** (functions that take
   a ``World`` and plain values, run SQL through ``world.store`` and raise ``Problem``) apart from **HTTP
   translation** (functions ``(call: Call) -> Reply`` that read the query and the body, call a rule and word the
   answer).
2. Subclass ``Api``:

   - ``name`` and ``prefixes``: the paths that belong to it, longest match wins. ``normalise`` may rewrite a raw path
     first (double or trailing slashes are an API's own affair).
   - ``schema``: ``CREATE TABLE IF NOT EXISTS name_...`` statements; table names begin with ``NAME_``. Dump and reset
     find the tables by that prefix, nothing else is needed for them.
   - ``routes``: ``Route("GET", "/v1/thing/{id}", handler)``. ``{id}`` is one segment (``%2F`` inside it stays inside)
     and arrives decoded in ``call.params``; ``{name:path}`` takes the rest of the path. The method may be any token
     (``LIST``). Every method but GET, HEAD, LIST and OPTIONS needs a token that may write: ``writes=False`` or
     ``True`` says otherwise; ``open=True`` needs no token (token exchange, health).
   - ``credential(headers)``: the token that the caller presented, or ``None``.
   - ``refuse(call, status, detail)``: the API's own wording of a refusal that the core decides on: 400 (body is no
     JSON), 401 or 403 (caller), 404 (no such path), 405, 429, 500, 503, and any status of a fault plan. Status and
     body are the API's choice, so Vault may answer 403 where it is asked for 401.
   - optional: ``admit`` (rate limits), ``finish`` (headers of every reply), ``seed`` (data by ``POST
     /_emulator/seed``), ``populate`` (what a fresh world holds).

3. A handler of a writing route runs in one transaction, which is rolled back when it raises. List handlers add
   ``call.shift`` to the number of the first row, so that the faults ``page_skip`` and ``page_repeat`` work; replies
   about many items ask ``call.item_failure(key, index)`` for each, so that ``items_fail`` works.
4. Add it to ``registry.py``, its switches to ``switches.py``, its tests to ``tests/emulator/test_NAME.py``.
"""

from __future__ import annotations

from roster_emulator.control import Control
from roster_emulator.server import Running, running, serve
from roster_emulator.switches import Switches

__all__ = ["Control", "Running", "Switches", "running", "serve"]
