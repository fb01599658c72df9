"""Finds the certificate authorities and the proxy for a service in the environment of this machine.

It reads the usual variables: ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``; ``REQUESTS_CA_BUNDLE``,
``SSL_CERT_FILE`` and ``SSL_CERT_DIR``.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import ssl
import urllib.request
from urllib.parse import urlsplit

import httpx

from ..errors import SettingsError

__all__ = ["certificates", "is_loopback", "proxy_for"]

_BUNDLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


def is_loopback(url: str) -> bool:
    """Return whether an address stays on this machine. ``127.0.0.1.example.com`` does not."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def certificates(url: str) -> ssl.SSLContext:
    """Return the authorities that verify a service's certificate: those of the environment, or else the usual ones.

    :raises SettingsError: a file or folder that the environment names cannot be read.
    """
    if urlsplit(url).scheme != "https":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts no authority; loading all of them is slow
    try:
        if bundle := os.environ.get("REQUESTS_CA_BUNDLE"):
            folder = os.path.isdir(bundle)
            return ssl.create_default_context(cafile=None if folder else bundle, capath=bundle if folder else None)
        return httpx.create_ssl_context()
    except OSError as error:
        given = ", ".join(f"{name}={os.environ[name]}" for name in _BUNDLES if os.environ.get(name))
        raise SettingsError(
            f"the certificate authorities cannot be read: {error} ({given})",
            hint="set the variable to a file of certificates in PEM format, or unset it",
        ) from None


def proxy_for(url: str) -> httpx.Proxy | None:
    """Return the proxy for an address; ``None`` if there is none, and for this machine.

    :raises SettingsError: the environment names a proxy that cannot be used. Its address may contain a password, so the
        message does not show it.
    """
    parts = urlsplit(url)
    if is_loopback(url) or urllib.request.proxy_bypass(parts.netloc):
        return None
    proxies = urllib.request.getproxies()
    address = proxies.get(parts.scheme) or proxies.get("all")
    if not address:
        return None
    which = f"the proxy for {parts.scheme} addresses in the environment"
    try:
        proxy = httpx.Proxy(address if "://" in address else f"http://{address}")
    except (ValueError, httpx.InvalidURL):
        raise SettingsError(
            f"{which} does not have a valid address", hint="set it to an address such as http://proxy.example.com:3128"
        ) from None
    if proxy.url.scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        raise SettingsError(
            f"{which} is a SOCKS proxy, which needs another package",
            hint="run `pip install 'httpx[socks]'`, or use an HTTP proxy",
        )
    return proxy
