"""Signs in to IBM Cloud IAM and Britive from the environment of a pipeline, with the real engine."""

from __future__ import annotations

from roster_emulator import Running
from support.britive_api import britive_names
from support.github_actions import REQUEST_TOKEN, github_actions, job
from support.ibm_api import ibm_groups
from support.program import Program
from testkit.ibm import exchange

KEY = "viewer-key-of-the-pipeline"


def test_a_trusted_profile_acts_instead_of_the_owner_of_the_key(program: Program, emulator: Running) -> None:
    """The owner of the key may only read."""
    del program.environment["ROSTER_EMULATOR"]
    program.environment |= {"IBMCLOUD_IAM_API_ENDPOINT": emulator.url, "IC_ACCOUNT_ID": "acc-demo", "IC_API_KEY": KEY}
    program.write('roster.ibm.AccessGroup("team", name="team")')
    assert "403" in program.up(code=1).errors["team"]
    program.environment["IC_IAM_PROFILE_ID"] = "Profile-bad-1"
    message = program.up(code=1).errors["team"]
    assert "the trusted profile 'Profile-bad-1' could not be assumed (400)" in message
    assert "response: Selected trusted profile not eligible." in message
    assert "transaction id: " in message
    program.environment["IC_IAM_PROFILE_ID"] = "Profile-1"
    program.up()
    [group] = ibm_groups(emulator)
    assert group["created_by_id"] == "iam-Profile-1"
    program.unchanged()
    program.environment["IC_IAM_PROFILE_NAME"] = "one"
    assert "are both set: Roster does not guess which identity you mean" in program.preview(code=1).errors["team"]
    del program.environment["IC_IAM_PROFILE_NAME"]
    assert KEY not in program.export()
    program.destroy()
    assert ibm_groups(emulator) == []


def test_a_job_of_github_actions_signs_in_to_britive(program: Program, emulator: Running) -> None:
    del program.environment["ROSTER_EMULATOR"]
    token = exchange(emulator.url, "some-key").json()["access_token"]
    program.write('roster.britive.EnvironmentGroup("team", application_id="app-demo", name="Team")')
    program.environment |= {"BRITIVE_TENANT": emulator.url, "ROSTER_BRITIVE_FEDERATION": "github"}
    assert "id-token: write" in program.preview(code=1).errors["team"]
    with github_actions(token) as github:
        program.environment |= job(github)
        program.preview()
        program.up()
        assert britive_names(emulator) == ["Team"]
        assert len(github.got) == 1, "one token serves a run, and a preview of a creation needs none"
        program.unchanged()
        state = program.export()
        program.destroy()
    assert britive_names(emulator) == []
    assert token not in state
    assert REQUEST_TOKEN not in state
