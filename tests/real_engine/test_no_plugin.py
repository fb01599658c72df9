"""The engine takes a package named pulumi-... for the SDK of a plugin, unless the package says otherwise."""

from __future__ import annotations

from support.program import Program


def test_the_engine_looks_for_no_plugin_of_this_package(program: Program) -> None:
    """Else each run asks other hosts for one, waits, and would execute what it is given."""
    program.write("roster.ibm.AccessGroup('group', name='group')")
    told = program.pulumi("preview", "--logtostderr", "-v=9").text
    assert "langhost[python].GetRequired" in told
    assert "pulumi-resource-roster" not in told
    assert "roster-0.1.0" not in told
