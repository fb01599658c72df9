from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from roster_emulator import Running
from testkit.ibm import ACCOUNT, Ibm, refused

GROUPS = "/v2/groups?account_id=acc-demo"


def create(ibm: Ibm) -> httpx.Response:
    return ibm.post(GROUPS, json={"name": "n"})


def fired(emulator: Running) -> list[int]:
    return [fault["fired"] for fault in emulator.faults()]


@pytest.mark.parametrize(
    ("kind", "fields", "works", "status", "content"),
    [
        ("status", {}, False, 503, r'{"trace".*}'),
        *(("status_after", {"status": status}, True, status, r'{"trace".*}') for status in (500, 502, 504, 429)),
        ("html", {"status": 502}, False, 502, "<html>.*"),
        ("html", {"work": True}, True, 200, "<html>.*"),
        ("redirect", {"location": "https://other.invalid/x"}, False, 307, ""),
        ("redirect", {"location": "/y", "status": 303, "work": True}, True, 303, ""),
        ("empty", {"status": 200}, True, 200, ""),
        ("empty", {}, True, 201, ""),
        ("truncated", {"how": "json"}, True, 201, r'{"id".*[^}]'),
    ],
)
def test_a_fault_replies_instead_of_the_work_or_after_it(
    emulator: Running, ibm: Ibm, kind: str, fields: dict[str, Any], works: bool, status: int, content: str
) -> None:
    emulator.fault(kind, **fields)
    reply = create(ibm)
    assert (reply.status_code, ibm.names()) == (status, ["n"] if works else [])
    assert re.fullmatch(content, reply.text)
    assert reply.headers.get("Location") == fields.get("location")
    assert (reply.headers.get("Content-Type") == "text/html") == (kind == "html")
    assert create(ibm).status_code == 201


@pytest.mark.parametrize("kind", ["status", "status_after"])
def test_an_injected_429_has_the_rate_limit_headers_of_the_fault_only(emulator: Running, ibm: Ibm, kind: str) -> None:
    emulator.fault(kind=kind, status=429)
    bare = ibm.get(GROUPS)
    refused(bare, 429, "too_many_requests")
    assert not {"retry-after", "x-ratelimit-reset", "x-ratelimit-remaining"} & set(bare.headers)
    emulator.fault(kind="status", status=429, retry_after=7, reset=-5)
    hinted = ibm.get(GROUPS)
    assert hinted.headers["Retry-After"] == "7"
    assert int(hinted.headers["X-RateLimit-Reset"]) < emulator.application.state.now()
    emulator.fault(
        kind="status", status=429, retry_after_date=60, reset=4_000_000_000, headers={"X-Odd": "1", "Date": "soon"}
    )
    dated = ibm.get(GROUPS)
    assert 50 < parsedate_to_datetime(dated.headers["Retry-After"]).timestamp() - emulator.application.state.now() <= 60
    assert (dated.headers["X-RateLimit-Reset"], dated.headers["X-Odd"]) == ("4000000000", "1")
    assert dated.headers.get_list("Date") == ["soon"]


@pytest.mark.parametrize(("how", "error"), [("close", httpx.RemoteProtocolError), ("reset", httpx.ReadError)])
@pytest.mark.parametrize(
    ("kind", "names", "status"), [("drop", [], None), ("drop_after", ["n"], None), ("truncated", ["n"], 201)]
)
def test_a_fault_ends_the_connection(
    emulator: Running, ibm: Ibm, kind: str, names: list[str], status: int | None, how: str, error: type[Exception]
) -> None:
    emulator.fault(kind=kind, how=how)
    with pytest.raises(error):
        create(ibm)
    assert ibm.names() == names
    assert [emulator.last_requests()[0][key] for key in ("fault", "status")] == [kind, status]


def test_an_empty_body_is_not_truncated(emulator: Running, ibm: Ibm, caplog: pytest.LogCaptureFixture) -> None:
    group = ibm.group()["id"]
    emulator.fault(kind="truncated", how="json", times=2)
    assert ibm.head(f"/v2/groups/{group}/members/IBMid-1").status_code == 404
    assert ibm.delete(f"/v2/groups/{group}").status_code == 204
    assert [fault["fired"] for fault in emulator.faults()] == [2]
    assert [record for record in caplog.records if record.name == "uvicorn.error"] == []


@pytest.mark.parametrize("kind", ["latency", "slow_headers", "slow_body"])
def test_slow_replies_arrive_whole_or_run_into_the_read_timeout(emulator: Running, ibm: Ibm, kind: str) -> None:
    emulator.fault(kind=kind, seconds=0.01)
    assert create(ibm).json()["name"] == "n"
    emulator.fault(kind=kind, seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        ibm.post(GROUPS, json={"name": "n"}, timeout=0.2)
    assert fired(emulator) == [1, 1]


def test_an_unknown_and_a_missing_field(emulator: Running, ibm: Ibm) -> None:
    ibm.group()
    emulator.fault(kind="extra_field")
    body = ibm.get(GROUPS).json()
    assert "x_unknown" in body
    assert all("x_unknown" in group for group in body["groups"])
    emulator.fault(kind="missing_field", field="name")
    body = ibm.get(GROUPS).json()
    assert all("id" in group and "name" not in group for group in body["groups"])


def test_a_stale_read_shows_the_state_before_the_last_write(emulator: Running, ibm: Ibm) -> None:
    old = ibm.group("old")
    emulator.fault(kind="stale", times=3)
    assert ibm.names() == ["old"]
    assert fired(emulator) == [0]
    new = ibm.group("new")
    assert ibm.get(f"/v2/groups/{new['id']}").status_code == 404
    assert ibm.names() == ["old"]
    ibm.delete(f"/v2/groups/{old['id']}")
    assert ibm.get(f"/v2/groups/{old['id']}").status_code == 200
    assert fired(emulator) == [3]
    assert ibm.names() == ["new"]


def test_a_stale_read_shows_the_state_when_the_fault_was_injected(emulator: Running, ibm: Ibm) -> None:
    emulator.fault(kind="stale", times=1, as_of="plan")
    ibm.group("one")
    ibm.group("two")
    assert ibm.names() == []
    assert ibm.names() == ["one", "two"]


def test_a_row_repeated_and_a_row_skipped(emulator: Running, ibm: Ibm) -> None:
    emulator.seed(ibm={"groups": [{"name": name} for name in "abcdef"]})

    def walk() -> list[str]:
        found = []
        path = f"{GROUPS}&hide_public_access=true&limit=2"
        while True:
            body = ibm.get(path).json()
            found += [group["name"] for group in body["groups"]]
            assert body["total_count"] == 6
            if "next" not in body:
                return found
            path = body["next"]["href"]

    emulator.fault(kind="page_repeat", skip=1)
    assert walk() == list("abbcef")
    emulator.fault(kind="page_skip", skip=1)
    assert walk() == list("abdeef")
    emulator.fault(kind="page_skip", skip=1, times=None)
    assert walk() == list("abdef")


def test_etag_churn_sends_etags_that_are_never_true(emulator: Running, ibm: Ibm) -> None:
    group = ibm.group()
    path = f"/v2/groups/{group['id']}"
    emulator.fault(kind="etag_churn", method="GET", times=2)
    tags = [ibm.get(path).headers["ETag"] for _ in range(3)]
    assert len(set(tags)) == 3
    assert tags[2] == group["etag"]
    assert ibm.patch(path, json={}, headers={"If-Match": tags[0]}).status_code == 412


@pytest.mark.parametrize("status", [409, 429, 500, 403])
def test_items_fail_by_key_or_index(emulator: Running, ibm: Ibm, status: int) -> None:
    group = ibm.group()["id"]
    emulator.fault(kind="items_fail", items=["IBMid-2", 3], status=status, times=2)
    wanted = [f"IBMid-{n}" for n in range(5)]
    for _ in range(2):
        items = ibm.join(group, *wanted)
        assert [item["status_code"] for item in items] == [200, 200, status, status, 200]
        assert set(items[2]) == {"iam_id", "status_code", "trace", "errors"}
    assert ibm.members(group) == ["IBMid-0", "IBMid-1", "IBMid-4"]
    assert fired(emulator) == [2]
    assert {item["status_code"] for item in ibm.join(group, *wanted)} == {200}


def test_all_items_fail_and_faults_add_up(emulator: Running, ibm: Ibm) -> None:
    group = ibm.group()["id"]
    emulator.fault(kind="items_fail", items=["IBMid-2"], status=429)
    emulator.fault(kind="items_fail", message="Cloudant document update conflict occurred")
    items = ibm.join(group, "IBMid-1", "IBMid-2")
    assert [item["status_code"] for item in items] == [409, 429]
    assert items[0]["errors"][0]["message"] == "Cloudant document update conflict occurred"
    assert fired(emulator) == [1, 1]


Batch = Callable[[Ibm, str], httpx.Response]


@pytest.mark.parametrize(
    "batch",
    [
        lambda ibm, group: ibm.post(f"/v2/groups/{group}/members/delete", json={"members": ["IBMid-1"]}),
        lambda ibm, group: ibm.delete(f"/v2/groups/_allgroups/members/IBMid-1?account_id={ACCOUNT}"),
        lambda ibm, group: ibm.put(
            f"/v2/groups/_allgroups/members/IBMid-2?account_id={ACCOUNT}", json={"groups": [group]}
        ),
    ],
    ids=["members/delete", "leave all", "join many"],
)
def test_items_fail_in_every_call_on_many(emulator: Running, ibm: Ibm, batch: Batch) -> None:
    group = ibm.group()["id"]
    ibm.join(group, "IBMid-1")
    emulator.fault(kind="items_fail")
    body = batch(ibm, group).json()
    [item] = body.get("members", body.get("groups"))
    assert item["status_code"] == 409
    assert ibm.members(group) == ["IBMid-1"]


def test_a_fault_meets_requests_of_its_method_and_route_after_skip(emulator: Running, ibm: Ibm) -> None:
    emulator.fault(kind="status", method="get", route="/v2/groups/{access_group_id}", status=500, skip=1, times=2)
    assert ibm.get(GROUPS).status_code == 200
    assert ibm.delete("/v2/groups/x").status_code == 404
    assert [ibm.get("/v2/groups/x").status_code for _ in range(5)] == [404, 500, 500, 404, 404]
    assert fired(emulator) == [2]


def test_a_fault_may_name_a_path_with_wildcards(emulator: Running, ibm: Ibm) -> None:
    emulator.fault(kind="status", route="/v2/groups/x*", times=None)
    assert [ibm.get(f"/v2/groups/{i}").status_code for i in ("x1", "y", "x2", "x3")] == [503, 404, 503, 503]
    emulator.clear_faults()
    assert ibm.get("/v2/groups/x1").status_code == 404


def test_faults_apply_in_order_and_can_be_injected_together(emulator: Running, ibm: Ibm) -> None:
    faults = [{"kind": "status", "status": status} for status in (500, 502)]
    added = httpx.post(f"{emulator.url}/_emulator/faults", json=faults).json()
    assert [fault["status"] for fault in added] == [500, 502]
    assert [create(ibm).status_code for _ in range(3)] == [500, 502, 201]
    httpx.delete(f"{emulator.url}/_emulator/faults?id={added[0]['id']}")
    assert [fault["id"] for fault in emulator.faults()] == [added[1]["id"]]


def test_an_injected_status_may_have_its_own_body(emulator: Running, ibm: Ibm) -> None:
    emulator.fault(kind="status", status=418, body={"tea": True})
    assert create(ibm).json() == {"tea": True}
    emulator.fault(kind="status", status=200, body='{"deep": ' + "[" * 10 + "]" * 10 + "}")
    assert create(ibm).json() == {"deep": [[[[[[[[[[]]]]]]]]]]}
