from __future__ import annotations

import signal
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest

from roster_emulator import Running, running, serve
from testkit.ibm import Ibm, exchange, refused


def test_requests_are_counted_by_method_and_template(emulator: Running, ibm: Ibm) -> None:
    group = ibm.group()["id"]
    for _ in range(3):
        ibm.get(f"/v2/groups/{group}")
    ibm.get("/v2/groups/settings?account_id=a")
    ibm.head(f"/v2/groups/{group}/members/IBMid-1")
    assert emulator.requests() == {
        "POST /v2/groups": 1,
        "GET /v2/groups/{access_group_id}": 3,
        "GET /v2/groups/settings": 1,
        "HEAD /v2/groups/{access_group_id}/members/{iam_id}": 1,
    }
    assert emulator.total() == 6
    emulator.clear_requests()
    assert emulator.requests() == {}


def test_the_last_requests_show_no_credentials(emulator: Running, ibm: Ibm) -> None:
    token = exchange(emulator.url, "canary-key").json()["access_token"]
    ibm.post("/v2/groups?account_id=a", json={"name": "n"}, headers={"Authorization": f"Bearer {token}"})
    first, second = emulator.last_requests()
    assert (first["route"], first["status"], first["body"]) == ("/identity/token", 200, None)
    assert (second["method"], second["query"], second["body"]) == ("POST", "account_id=a", {"name": "n"})
    assert second["headers"]["authorization"] == "REDACTED"
    assert "canary" not in str([first, second])
    assert token not in str([first, second])


def test_replies_are_dated_by_the_emulators_own_clock(emulator: Running, ibm: Ibm) -> None:
    emulator.clock(ahead=5000)
    reply = ibm.post("/v2/groups?account_id=a", json={"name": "n"})
    dated = parsedate_to_datetime(reply.headers["Date"])
    created = datetime.fromisoformat(reply.json()["created_at"].replace("Z", "+00:00"))
    assert abs((dated - created).total_seconds()) <= 1
    assert len(reply.headers.get_list("Date")) == 1


def test_the_transaction_id_is_that_of_the_caller_or_a_new_one(ibm: Ibm) -> None:
    mine = ibm.get("/v2/groups/nope", headers={"Transaction-Id": "tx-42"})
    assert mine.headers["Transaction-Id"] == mine.headers["X-Global-Transaction-Id"] == "tx-42"
    assert mine.json()["trace"] == "tx-42"
    made = [ibm.get("/v2/groups/nope").headers["Transaction-Id"] for _ in range(2)]
    assert made[0] != made[1]


@pytest.mark.parametrize("odd", ["a/b", "a b", "ä?#", "..", "%2F", "a%b"])
def test_an_encoded_id_is_one_segment(emulator: Running, ibm: Ibm, odd: str) -> None:
    emulator.seed(ibm={"groups": [{"name": "odd", "id": odd}]})
    encoded = "".join(f"%{byte:02X}" for byte in odd.encode())
    assert ibm.get(f"/v2/groups/{encoded}").json()["id"] == odd


def test_addresses_in_replies_are_encoded(emulator: Running, ibm: Ibm) -> None:
    emulator.seed(ibm={"groups": [{"name": "odd", "id": "a/b ?ä"}]})
    [listed] = ibm.get("/v2/groups?account_id=acc-demo&hide_public_access=true").json()["groups"]
    assert ibm.get(listed["href"]).json()["id"] == "a/b ?ä"


def test_a_path_of_no_api_is_404(ibm: Ibm) -> None:
    reply = ibm.get("/nowhere")
    assert reply.status_code == 404
    assert "error" in reply.json()


def test_an_error_inside_the_emulator_is_a_500_and_rolled_back(
    emulator: Running, ibm: Ibm, caplog: pytest.LogCaptureFixture
) -> None:
    group = ibm.group()
    store = emulator.application.state.store
    store.run(
        "CREATE TRIGGER broken AFTER INSERT ON ibm_members WHEN NEW.iam_id = 'IBMid-2' "
        "BEGIN SELECT RAISE(FAIL, 'broken'); END"
    )
    try:
        body = [{"iam_id": iam_id, "type": "user"} for iam_id in ("IBMid-1", "IBMid-2")]
        refused(ibm.put(f"/v2/groups/{group['id']}/members", json={"members": body}), 500, "internal_server_error")
    finally:
        store.run("DROP TRIGGER broken")
    assert ibm.members(group["id"]) == []
    assert "failed" in caplog.text


def test_a_large_body_arrives_whole(ibm: Ibm) -> None:
    refused(ibm.post("/v2/groups?account_id=a", json={"name": "x" * 3_000_000}), 400, "invalid_payload")


def test_rate_limit_headers_count_down_by_caller_method_and_endpoint(emulator: Running, ibm: Ibm, viewer: Ibm) -> None:
    emulator.switch(rate_limit=10, rate_window=30)
    now = emulator.application.state.now()
    replies = [ibm.get(path) for path in ("/v2/groups/a", "/v2/groups/b", "/v2/groups?account_id=a")]
    replies += [ibm.delete("/v2/groups/a"), viewer.get("/v2/groups/a")]
    assert [reply.headers["X-RateLimit-Remaining"] for reply in replies] == ["9", "8", "9", "9", "9"]
    assert {reply.headers["X-RateLimit-Limit"] for reply in replies} == {"10"}
    assert 30 <= int(replies[0].headers["X-RateLimit-Reset"]) - now <= 40


def test_a_spent_window_refuses_until_it_ends(emulator: Running, ibm: Ibm) -> None:
    emulator.switch(rate_limit=2, rate_window=30)
    assert [ibm.get("/v2/groups/a").status_code for _ in range(3)] == [404, 404, 429]
    last = ibm.get("/v2/groups/a")
    refused(last, 429, "too_many_requests")
    assert last.headers["X-RateLimit-Remaining"] == "0"
    assert ibm.get("/v2/groups?account_id=a").status_code == 200
    emulator.clock(ahead=31)
    again = ibm.get("/v2/groups/a")
    assert (again.status_code, again.headers["X-RateLimit-Remaining"]) == (404, "1")


def test_the_foreground_server_announces_itself_and_stops_at_a_signal() -> None:
    said: list[str] = []

    def stop(banner: str) -> None:
        said.append(banner)
        signal.raise_signal(signal.SIGTERM)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        serve(0, announce=stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert "loopback only" in said[0]


def test_a_taken_port_is_an_error(emulator: Running) -> None:
    with pytest.raises(OSError, match="in use"), running(port=int(emulator.url.rpartition(":")[2])):
        pass


def test_two_emulators_share_nothing() -> None:
    with running() as one, running() as other:
        one.seed(ibm={"groups": [{"name": "g"}]})
        assert len(one.dump()["ibm"]["groups"]) == 1
        assert other.dump()["ibm"]["groups"] == []


def test_the_emulator_stops_at_the_end_of_the_block() -> None:
    with running() as emulator:
        url = emulator.url
        assert httpx.get(f"{url}/_emulator/health").status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/_emulator/health")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
def test_it_listens_on_the_loopback_only(host: str) -> None:
    with pytest.raises(ValueError, match="loopback only"), running(host=host):
        pass
