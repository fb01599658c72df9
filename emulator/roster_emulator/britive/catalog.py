"""Lists the types of application, and the properties that an environment of each type has.

The vendor's document names the types AWS Standalone, Salesforce and ServiceNow as those with manual environments; its
Terraform provider adds Okta and Snowflake Standalone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

STRING, BOOLEAN, INTEGER = "java.lang.String", "java.lang.Boolean", "java.lang.Integer"
SECRET, SECRET_FILE = "com.britive.pab.api.Secret", "com.britive.pab.api.SecretFile"
SECRETS = frozenset({SECRET, SECRET_FILE})


@dataclass(frozen=True)
class Property:
    """A property of an environment."""

    name: str
    type: str
    description: str
    default: Any = None
    required: bool = False


@dataclass(frozen=True)
class ApplicationType:
    """A type of application. ``manual``: clients create environments and groups; otherwise a scan finds them."""

    number: int
    name: str
    manual: bool
    properties: tuple[Property, ...] = ()

    @property
    def key(self) -> str:
        """The name and version of the type."""
        return f"{self.name}-1.0"


NAMED = (
    Property("displayName", STRING, "Name of the environment.", required=True),
    Property("description", STRING, "Description of the environment."),
)

_AWS = (
    Property("accountId", STRING, "AWS account id.", required=True),
    Property("roleName", STRING, "Integration role."),
    Property("identityProvider", STRING, "Identity provider in AWS."),
    Property("sessionDuration", INTEGER, "Longest session in seconds.", 3600),
    Property("showAwsAccountNumber", BOOLEAN, "Show the account number with the name.", False),
)
_LOGIN = (
    Property("url", STRING, "Address of the service.", required=True),
    Property("username", STRING, "User of the integration."),
    Property("password", SECRET, "Password of the integration."),
    Property("enableSso", BOOLEAN, "Log users in by single sign-on.", False),
)
_SNOWFLAKE = (
    Property("accountId", STRING, "Snowflake account.", required=True),
    Property("username", STRING, "User of the integration."),
    Property("privateKey", SECRET_FILE, "Private key of the integration."),
    Property("privateKeyPassword", SECRET, "Password of the private key."),
)

TYPES = {
    kind.name: kind
    for kind in (
        ApplicationType(1, "AWS", False, _AWS),
        ApplicationType(2, "AWS Standalone", True, _AWS),
        ApplicationType(3, "Azure", False),
        ApplicationType(4, "GCP", False),
        ApplicationType(5, "Salesforce", True, _LOGIN),
        ApplicationType(6, "ServiceNow", True, _LOGIN),
        ApplicationType(7, "Okta", True, _LOGIN),
        ApplicationType(8, "Snowflake", False, _SNOWFLAKE),
        ApplicationType(9, "Snowflake Standalone", True, _SNOWFLAKE),
    )
}
