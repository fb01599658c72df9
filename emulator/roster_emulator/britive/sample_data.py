"""Defines the data of a new emulator (``INITIAL``).

``ORGANISATION`` is the data of an application that scans its own environments.
"""

from __future__ import annotations

from typing import Any

_PEOPLE = ("alice", "bob", "carol", "dave", "erin")

INITIAL: dict[str, Any] = {
    "users": [
        *({"userId": f"user-{name}"} for name in _PEOPLE),
        {"userId": "user-frank", "status": "inactive"},
    ],
    "applications": [
        {
            "appContainerId": "app-demo",
            "catalogAppDisplayName": "Demo",
            "catalogAppName": "AWS Standalone",
            "accounts": [
                {"accountId": 2800, "nativeName": "alice@example.com", "firstName": "Alice", "privileged": True},
                {"accountId": 2801, "nativeName": "bob@example.com", "firstName": "Bob"},
                {"accountId": 2802, "nativeName": "carol@example.com", "firstName": "Carol"},
                {"accountId": 2803, "nativeName": "deploy", "description": "Deployments", "type": "service"},
                {"accountId": 2804, "nativeName": "erin@example.com", "firstName": "Erin"},
                {"accountId": 2805, "nativeName": "auditor", "scanStatus": "New", "status": "Unregistered"},
            ],
            "permissions": [
                {"appPermissionId": 46600, "name": "ReadOnlyAccess", "builtIn": True},
                {"appPermissionId": 46601, "name": "AdministratorAccess", "builtIn": True, "privileged": True},
                {"appPermissionId": 46602, "name": "Deploy", "type": "role"},
                {"appPermissionId": 46603, "name": "Billing", "type": "role", "scanStatus": "New"},
            ],
            "groups": [
                {"appPermissionId": 69152, "name": "Admins", "privileged": True},
                {"appPermissionId": 69153, "name": "Developers"},
                {"appPermissionId": 69154, "name": "Auditors", "scanStatus": "New"},
            ],
            "links": [
                {"account": 2800, "permission": 46600},
                {"account": 2800, "group": 69152},
                {"account": 2800, "group": 69153},
                {"account": 2801, "permission": 46600},
                {"account": 2801, "group": 69153},
                {"account": 2803, "permission": 46602},
                {"account": 2805, "group": 69154, "scanStatus": "Added"},
                {"group": 69152, "permission": 46601},
                {"group": 69153, "permission": 46602},
                {"group": 69154, "permission": 46600, "scanStatus": "Added"},
            ],
            "mappings": [{"account": 2804, "user": "user-erin"}],
        }
    ],
}

ORGANISATION: dict[str, Any] = {
    "applications": [
        {
            "appContainerId": "app-org",
            "catalogAppDisplayName": "Organisation",
            "catalogAppName": "AWS",
            "environmentGroups": [
                {"id": "r-pak3", "name": "Root", "type": "Organization", "nativeId": "r-pak3"},
                {"id": "ou-dev", "name": "Development", "type": "OrganizationUnit", "parentId": "r-pak3"},
            ],
            "environments": [
                {"id": "1111", "name": "Dev Account 1", "type": "AWSAccount", "parentGroupId": "ou-dev"},
                {"id": "1212", "name": "Dev Account 2", "type": "AWSAccount", "parentGroupId": "ou-dev"},
            ],
            "accounts": [
                {"accountId": 5000, "nativeName": "alice@example.com"},
                {"accountId": 5001, "nativeName": "bob@example.com"},
            ],
            "permissions": [{"appPermissionId": 5100, "name": "PowerUserAccess"}],
            "groups": [{"appPermissionId": 5200, "name": "Engineers"}],
            "links": [{"account": 5000, "group": 5200}, {"group": 5200, "permission": 5100}],
        }
    ],
}
