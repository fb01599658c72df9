"""Signs JSON Web Tokens with the ``openssl`` command, as the issuer of a pipeline does."""

from __future__ import annotations

import base64
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Issuer:
    """The owner of a key. Services verify its tokens with the public key."""

    key: Path
    public_key: str

    def token(self, **claims: Any) -> str:
        """Return a signed token (RS256)."""
        signed = f"{_encoded({'alg': 'RS256', 'typ': 'JWT'})}.{_encoded(claims)}"
        words = ["openssl", "dgst", "-sha256", "-sign", str(self.key)]
        return (
            f"{signed}.{_base64(subprocess.run(words, input=signed.encode(), check=True, capture_output=True).stdout)}"
        )


def issuer(folder: Path) -> Issuer:
    """Create a key."""
    key = folder / "issuer.pem"
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(key)],
        check=True,
        capture_output=True,
    )
    public = subprocess.run(["openssl", "pkey", "-in", str(key), "-pubout"], check=True, capture_output=True)
    return Issuer(key, public.stdout.decode())


def _encoded(value: Any) -> str:
    return _base64(json.dumps(value).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
