"""Signs in to a real Vault in each way that a pipeline can, and watches the tokens that Vault issues."""

from __future__ import annotations

import logging
import threading
import time as real_time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pulumi_roster.errors import Forbidden, Unauthorized
from pulumi_roster.http.client import Client
from support.certificates import self_signed
from support.fake_time import FakeTime
from support.scripted_server import ReceivedRequest, reply, scripted_server
from support.subjects import QUICK
from support.vault_sign_in import Pipelines, signed_in
from support.web_token import Issuer, issuer
from testkit.real_vault import real_vault

GROUPS = "/v1/identity/group/id"
KUBERNETES_ACCOUNT = "system:serviceaccount:builds:deployer"


@pytest.fixture(scope="module")
def shared() -> Iterator[Pipelines]:
    with real_vault() as server:
        made = Pipelines(server)
        yield made
        made.close()


@pytest.fixture
def pipelines(shared: Pipelines) -> Pipelines:
    shared.revoke()
    return shared


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return issuer(tmp_path_factory.mktemp("issuer"))


def create(client: Client, name: str = "g") -> str:
    """Create a group and delete it."""
    id = str(client.post("/v1/identity/group", json={"name": name}).fields()["data"]["id"])
    client.delete(f"{GROUPS}/{{}}", id)
    return id


def claims(**more: Any) -> dict[str, Any]:
    now = int(real_time.time())
    return {"iss": "https://ci.example", "aud": "vault", "sub": "repo:anna", "iat": now, "exp": now + 600, **more}


# -- AppRole


@pytest.mark.parametrize("mount", ["approle", "pipelines/europe"])
def test_an_approle_signs_in_once_and_its_token_ends_with_the_client(mount: str, pipelines: Pipelines) -> None:
    config = pipelines.approle(mount) | {"vaultAuthMount": f"/{mount}/"}
    with signed_in(config) as client:
        assert pipelines.tokens() == {}, "nothing is sent before the first call"
        threads = [threading.Thread(target=create, args=(client, f"group-{number}")) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        [token] = pipelines.tokens().values()
    assert token["path"] == f"auth/{mount}/login"
    assert pipelines.tokens() == {}


def test_a_token_that_the_user_gave_is_never_revoked(pipelines: Pipelines) -> None:
    made = pipelines.root.post("auth/token/create", json={"policies": ["groups"]}).json()["auth"]
    with signed_in({"vaultAddress": pipelines.url, "vaultToken": made["client_token"]}) as client:
        create(client)
    assert made["accessor"] in pipelines.tokens()


def test_a_token_is_renewed_without_the_secret_id(pipelines: Pipelines) -> None:
    time = FakeTime()
    config = pipelines.approle(uses=1, token_ttl="1000s", token_max_ttl="9000s")
    with signed_in(config, replace(QUICK, clock=lambda: time.now)) as client:
        create(client)
        time.now += 799
        create(client)
        [before] = pipelines.tokens().values()
        assert "last_renewal" not in before
        time.now += 2
        create(client)
        [after] = pipelines.tokens().values()
        assert "last_renewal" in after
        assert after["accessor"] == before["accessor"]


@pytest.mark.parametrize(
    "role", [{"token_type": "batch"}, {"token_ttl": "1000s", "token_num_uses": 4}], ids=["batch", "four uses"]
)
def test_a_token_that_cannot_be_renewed_is_replaced(role: dict[str, Any], pipelines: Pipelines) -> None:
    time = FakeTime()
    with signed_in(pipelines.approle(**role), replace(QUICK, clock=lambda: time.now)) as client:
        for _ in range(3):
            create(client)
            time.now += 100_000_000
    assert pipelines.tokens() == {}


def test_a_revoked_token_is_replaced(pipelines: Pipelines) -> None:
    with signed_in(pipelines.approle()) as client:
        create(client)
        [first] = pipelines.tokens()
        pipelines.revoke()
        create(client)
        [second] = pipelines.tokens()
        assert first != second


def test_a_missing_policy_uses_up_no_secret_id(pipelines: Pipelines) -> None:
    with signed_in(pipelines.approle(uses=1, token_policies=["nothing"])) as client:
        for _ in range(3):
            with pytest.raises(Forbidden, match=r"(?s)permission denied.*the policies of this AppRole login need"):
                create(client)
        assert len(pipelines.tokens()) == 1


def test_a_token_that_may_not_look_itself_up_is_replaced_only_once(pipelines: Pipelines) -> None:
    config = pipelines.approle(token_policies=["nothing"], token_no_default_policy=True)
    with signed_in(config) as client:
        for _ in range(3):
            with pytest.raises(Forbidden):
                create(client)
        assert len(pipelines.tokens()) == 2


@pytest.mark.parametrize(
    ("changed", "words", "hint"),
    [
        ({"vaultSecretId": "canary-wrong"}, "invalid secret id", "roster:vaultSecretId"),
        ({"vaultRoleId": "canary-wrong"}, "invalid role ID", "roster:vaultRoleId"),
        ({"vaultAuthMount": "absent"}, "permission denied", "roster:vaultAuthMount"),
    ],
    ids=str,
)
def test_a_refused_login_says_what_to_check(
    changed: dict[str, str], words: str, hint: str, pipelines: Pipelines
) -> None:
    with (
        signed_in(pipelines.approle() | changed) as client,
        pytest.raises(Unauthorized, match="the AppRole login was not accepted") as caught,
    ):
        create(client)
    assert caught.value.response == words
    assert hint in caught.value.hint
    assert "canary" not in str(caught.value)


def test_no_log_and_no_error_shows_a_credential(pipelines: Pipelines, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    config = pipelines.approle(token_policies=["nothing"])
    with signed_in(config) as client:
        with pytest.raises(Forbidden) as caught:
            create(client)
        token = client._auth._token  # type: ignore[union-attr]
    assert len(token) > 20
    assert "/v1/auth/approle/login -> 200" in caplog.text
    assert "/v1/auth/token/revoke-self -> 204" in caplog.text
    for secret in (token, config["vaultSecretId"]):
        assert secret not in caplog.text + str(caught.value) + repr(vars(caught.value))


# -- JSON Web Tokens


@pytest.fixture
def web(pipelines: Pipelines, github: Issuer) -> dict[str, Any]:
    """The settings of a connection that signs in with a token of ``github``."""
    path = pipelines.mount("jwt", jwt_validation_pubkeys=[github.public_key], default_role="pipeline")
    role = {"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["vault"], "token_policies": ["groups"]}
    pipelines.root.post(f"auth/{path}/role/pipeline", json=role).raise_for_status()
    return {"vaultAddress": pipelines.url, "vaultAuthMethod": "jwt", "vaultAuthRole": "pipeline"}


@pytest.mark.parametrize("role", ["pipeline", ""], ids=["role", "default role"])
def test_a_web_token_signs_in(role: str, web: dict[str, Any], github: Issuer, pipelines: Pipelines) -> None:
    with signed_in({**web, "vaultAuthRole": role, "vaultJwt": github.token(**claims())}) as client:
        create(client)
        [token] = pipelines.tokens().values()
    assert token["display_name"] == "jwt-repo:anna"


def test_a_file_is_read_at_each_login(
    web: dict[str, Any], github: Issuer, pipelines: Pipelines, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    seen = []
    file.write_text(f"{github.token(**claims())}\n")
    with signed_in({**web, "vaultJwtFile": str(file)}) as client:
        for name in ("bert", "carla"):
            create(client)
            seen += [token["display_name"] for token in pipelines.tokens().values()]
            file.write_text(github.token(**claims(sub=f"repo:{name}")))
            pipelines.revoke()
    assert seen == ["jwt-repo:anna", "jwt-repo:bert"]


def test_a_job_of_github_actions_asks_for_a_new_token_at_each_login(
    web: dict[str, Any], github: Issuer, pipelines: Pipelines, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted_server(lambda got: reply(body={"value": github.token(**claims())})) as actions:
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{actions.url}/token?api-version=2.0")
        monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of-the-job")
        with signed_in({**web, "vaultJwtAudience": "vault"}) as client:
            create(client)
            pipelines.revoke()
            create(client)
    assert [got.query for got in actions.got] == ["api-version=2.0&audience=vault"] * 2


@pytest.mark.parametrize(
    "changed", [{"aud": "other"}, {"exp": 1000}, {"sub": None}], ids=["audience", "expired", "subject"]
)
def test_a_refused_web_token_is_reported_and_not_shown(
    changed: dict[str, Any], web: dict[str, Any], github: Issuer
) -> None:
    token = github.token(**claims(**changed))
    with (
        signed_in({**web, "vaultJwt": token}) as client,
        pytest.raises(Unauthorized, match="the JWT login was not accepted") as caught,
    ):
        create(client)
    assert "bound audiences" in caught.value.hint
    assert token not in str(caught.value)


# -- Kubernetes


def test_a_service_account_signs_in(pipelines: Pipelines, github: Issuer, tmp_path: Path) -> None:
    """A scripted server reviews the token, as the API of a cluster does."""
    account = {"namespace": "builds", "serviceaccount": {"name": "deployer", "uid": "u-1"}}
    file = tmp_path / "token"
    file.write_text(github.token(**claims(sub=KUBERNETES_ACCOUNT, aud=["vault"], **{"kubernetes.io": account})))

    def review(got: ReceivedRequest) -> bytes:
        user = {"username": KUBERNETES_ACCOUNT, "uid": "u-1"}
        status = {"authenticated": True, "user": user, "audiences": ["vault"]}
        return reply(201, {"kind": "TokenReview", "status": status})

    certificate = self_signed(tmp_path)
    with scripted_server(review, tls=certificate.server()) as cluster:
        pipelines.mount(
            "kubernetes",
            kubernetes_host=cluster.url,
            kubernetes_ca_cert=certificate.file.read_text(),
            token_reviewer_jwt=github.token(**claims(sub="reviewer")),
        )
        role = {"bound_service_account_names": ["deployer"], "bound_service_account_namespaces": ["builds"]}
        pipelines.root.post(
            "auth/kubernetes/role/pipeline", json={**role, "token_policies": ["groups"]}
        ).raise_for_status()
        config = {"vaultAddress": pipelines.url, "vaultAuthMethod": "kubernetes", "vaultAuthRole": "pipeline"}
        with signed_in({**config, "vaultJwtFile": str(file)}) as client:
            create(client)
            [token] = pipelines.tokens().values()
        assert token["path"] == "auth/kubernetes/login"
        assert len(cluster.got) == 1
        other = {**config, "vaultAuthRole": "other", "vaultJwtFile": str(file)}
        with signed_in(other) as client, pytest.raises(Unauthorized, match="the Kubernetes login was not accepted"):
            create(client)
    assert pipelines.tokens() == {}
