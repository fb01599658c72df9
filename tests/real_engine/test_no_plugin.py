"""Checks that the engine does not take this package for the SDK of a plugin, because of its name pulumi-..."""

from __future__ import annotations

from support.program import Program


def test_the_engine_looks_for_no_plugin_of_this_package(program: Program) -> None:
    """Otherwise each run would download a plugin from another host and execute it."""
    program.write("roster.ibm.AccessGroup('group', name='group')")
    message = program.pulumi("preview", "--logtostderr", "-v=9").text
    assert "langhost[python].GetRequired" in message
    assert "pulumi-resource-roster" not in message
    assert "roster-0.1.0" not in message
