"""Roster: who is in which group, by which rule, in which environment, as code.

Pulumi resources for IBM Cloud IAM (:mod:`pulumi_roster.ibm`) and Britive (:mod:`pulumi_roster.britive`). Import it as
``import pulumi_roster as roster``.
"""

from . import britive, errors, ibm

__all__ = ["britive", "errors", "ibm"]
