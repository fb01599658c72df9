"""Roster: who is in which group, by which rule, in which environment, as code.

Pulumi resources for IBM Cloud IAM (:mod:`pulumi_roster.ibm`). Import it as ``import pulumi_roster as roster``.
"""

from . import errors, ibm

__all__ = ["errors", "ibm"]
