"""What this machine says about the way to a service: its proxies, its certificate authorities, and what is itself.

By the usual environment variables: ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``, ``NO_PROXY``;
``REQUESTS_CA_BUNDLE``, ``SSL_CERT_FILE``, ``SSL_CERT_DIR``.
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
    """Whether an address stays on this machine. What merely looks like it, such as ``127.0.0.1.example.com``, does
    not."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def certificates(url: str) -> ssl.SSLContext:
    """The authorities that a service's certificate is verified by: those of the environment, else the well-known ones.

    :raises SettingsError: what the environment names cannot be read.
    """
    if urlsplit(url).scheme != "https":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody; reading all authorities takes a while
    try:
        if bundle := os.environ.get("REQUESTS_CA_BUNDLE"):
            folder = os.path.isdir(bundle)
            return ssl.create_default_context(cafile=None if folder else bundle, capath=bundle if folder else None)
        return httpx.create_ssl_context()
    except OSError as error:
        named = ", ".join(f"{name}={os.environ[name]}" for name in _BUNDLES if os.environ.get(name))
        raise SettingsError(
            f"the certificate authorities cannot be read: {error} ({named})",
            hint="let it name a file of certificates in PEM format, or unset it",
        ) from None


def proxy_for(url: str) -> httpx.Proxy | None:
    """The proxy on the way to an address; ``None`` where there is none, and to this machine.

    :raises SettingsError: the environment names none that can be used. Its address may hold a password and is not
        shown.
    """
    parts = urlsplit(url)
    if is_loopback(url) or urllib.request.proxy_bypass(parts.netloc):
        return None
    proxies = urllib.request.getproxies()
    address = proxies.get(parts.scheme) or proxies.get("all")
    if not address:
        return None
    named = f"the proxy for {parts.scheme} addresses in the environment"
    try:
        proxy = httpx.Proxy(address if "://" in address else f"http://{address}")
    except (ValueError, httpx.InvalidURL):
        raise SettingsError(
            f"{named} is no address of a proxy", hint="it looks like http://proxy.example.com:3128"
        ) from None
    if proxy.url.scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        raise SettingsError(f"{named} speaks SOCKS", hint="pip install 'httpx[socks]', or use an HTTP proxy")
    return proxy
