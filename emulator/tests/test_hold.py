from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import httpx
import pytest

from roster_emulator import Running
from testkit.ibm import Ibm

GROUPS = "/v2/groups?account_id=acc-demo"


def test_held_requests_wait_and_do_their_work_after_the_release(emulator: Running, ibm: Ibm) -> None:
    emulator.fault(kind="hold", method="POST", times=2)
    with ThreadPoolExecutor() as pool:
        calls = [pool.submit(ibm.post, GROUPS, json={"name": name}) for name in "ab"]
        held = emulator.held(count=2)
        assert [request["method"] for request in held] == ["POST", "POST"]
        assert ibm.names() == []
        assert emulator.release(count=1) == 1
        wait(calls, timeout=5, return_when=FIRST_COMPLETED)
        assert len(ibm.names()) == 1
        assert emulator.release() == 1
        assert {call.result(5).status_code for call in calls} == {201}
    assert sorted(ibm.names()) == ["a", "b"]


def test_a_request_held_after_its_work(emulator: Running, ibm: Ibm) -> None:
    emulator.fault(kind="hold", method="POST", after=True)
    with ThreadPoolExecutor() as pool:
        call = pool.submit(ibm.post, GROUPS, json={"name": "a"})
        emulator.held()
        assert ibm.names() == ["a"]
        emulator.release()
        assert call.result(5).status_code == 201


def test_clearing_the_faults_releases_held_requests(emulator: Running, ibm: Ibm) -> None:
    emulator.fault(kind="hold")
    with ThreadPoolExecutor() as pool:
        call = pool.submit(ibm.get, GROUPS)
        emulator.held()
        emulator.clear_faults()
        assert call.result(5).status_code == 200
    with pytest.raises(TimeoutError):
        emulator.held(timeout=0)


def test_a_release_can_name_the_fault(emulator: Running, ibm: Ibm) -> None:
    posts = emulator.fault(kind="hold", method="POST")
    emulator.fault(kind="hold", method="GET")
    with ThreadPoolExecutor() as pool:
        get, post = pool.submit(ibm.get, GROUPS), pool.submit(ibm.post, GROUPS, json={"name": "a"})
        emulator.held(count=2)
        assert emulator.release(fault=posts["id"]) == 1
        assert post.result(5).status_code == 201
        assert not get.done()
        emulator.release()
        assert get.result(5).status_code == 200


def test_a_held_request_is_served_even_if_its_client_gave_up(emulator: Running, ibm: Ibm) -> None:
    """A service cannot know that its client stopped waiting, so it still does the work."""
    emulator.fault(kind="hold", method="POST")
    with pytest.raises(httpx.ReadTimeout):
        ibm.post(GROUPS, json={"name": "a"}, timeout=0.2)
    emulator.held()
    emulator.release()
    emulator.fault(kind="hold", method="GET")
    with ThreadPoolExecutor() as pool:
        # A later request is answered after the earlier one has done its work.
        call = pool.submit(ibm.names)
        emulator.held()
        emulator.release()
        assert call.result(5) == ["a"]
