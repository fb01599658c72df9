"""Serves the paths that clients read first: health, seal status, and the caller's own token."""

from __future__ import annotations

from roster_emulator.api import Call, Reply, Route
from roster_emulator.vault.operations import envelope
from roster_emulator.vault.realm import ROOT, is_openbao

CLUSTER = {"cluster_name": "roster-emulator", "cluster_id": "00000000-0000-0000-0000-000000000000"}


def version(call: Call) -> str:
    """Return the version that is emulated."""
    return "2.5.5" if is_openbao(call.state) else "1.13.2"


def health(call: Call) -> Reply:
    """``GET /v1/sys/health``: 200, or 503 if sealed."""
    sealed = call.state.switches.vault_sealed
    body = {
        "initialized": True,
        "sealed": sealed,
        "standby": False,
        "performance_standby": False,
        "replication_performance_mode": "unknown" if sealed else "disabled",
        "replication_dr_mode": "unknown" if sealed else "disabled",
        "server_time_utc": int(call.state.now()),
        "version": version(call),
    }
    return Reply(503 if sealed else 200, body if sealed else body | CLUSTER)


def seal_status(call: Call) -> Reply:
    """``GET /v1/sys/seal-status``."""
    sealed = call.state.switches.vault_sealed
    body = {
        "type": "shamir",
        "initialized": True,
        "sealed": sealed,
        "t": 1,
        "n": 1,
        "progress": 0,
        "nonce": "",
        "version": version(call),
        "build_date": "",
        "migration": False,
        "recovery_seal": False,
        "storage_type": "inmem",
    }
    return Reply(200, body if sealed else body | CLUSTER)


def initialized(call: Call) -> Reply:
    """``GET /v1/sys/init``: the server always is initialized."""
    return Reply(200, {"initialized": True})


def lookup_self(call: Call) -> Reply:
    """``/v1/auth/token/lookup-self``, by GET or POST."""
    assert call.caller is not None
    claims = call.caller.claims
    issued, ends = int(claims.get("iat", 0)), claims.get("exp")
    lifetime = 0 if ends is None else int(ends) - issued
    data = {
        "accessor": f"accessor-{call.caller.name}",
        "creation_time": issued,
        "creation_ttl": lifetime,
        "display_name": "token",
        "entity_id": "",
        "expire_time": None,
        "explicit_max_ttl": 0,
        "id": call.api.credential(call.headers),
        "meta": None,
        "num_uses": 0,
        "orphan": True,
        "path": "auth/token/create",
        "policies": [ROOT] if call.caller.may_write else ["default", "viewer"],
        "renewable": False,
        "ttl": 0 if ends is None else max(0, int(ends - call.state.now())),
        "type": "service",
    }
    return Reply(200, envelope(data))


ROUTES = [
    *(Route(method, "/v1/sys/health", health, open=True) for method in ("GET", "HEAD")),
    Route("GET", "/v1/sys/seal-status", seal_status, open=True),
    Route("GET", "/v1/sys/init", initialized, open=True),
    *(Route(method, "/v1/auth/token/lookup-self", lookup_self) for method in ("GET", "POST")),
]
