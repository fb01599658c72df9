"""Finds the certificate authorities and the proxy for a service in the environment of this machine.

It reads the usual variables: ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``; ``REQUESTS_CA_BUNDLE``,
``SSL_CERT_FILE`` and ``SSL_CERT_DIR``. A connection may name certificate files of its own instead.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import ssl
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from ..errors import SettingsError

__all__ = ["NamedFile", "Tls", "certificates", "is_loopback", "proxy_for", "tls_from_files"]

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
    return _usual_authorities()


def _usual_authorities() -> ssl.SSLContext:
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


@dataclass(frozen=True)
class NamedFile:
    """A file or a folder that a setting names.

    :param setting: the name of the setting in messages.
    """

    setting: str
    path: str


@dataclass(frozen=True)
class Tls:
    """How one connection uses TLS, where that differs from the environment.

    :param context: verifies the service's certificate and holds the client's own; ``None`` for :func:`certificates`.
    :param server_name: the name in the service's certificate, if it is not the host of the address, or "".
    """

    context: ssl.SSLContext | None = None
    server_name: str = ""


def tls_from_files(
    *,
    authority: NamedFile | None = None,
    authorities: NamedFile | None = None,
    certificate: NamedFile | None = None,
    key: NamedFile | None = None,
    server_name: str = "",
) -> Tls:
    """Return the TLS of a connection that names its own files. All files are in PEM format.

    :param authority: the only authorities to trust.
    :param authorities: a folder of such files. It does not count if there is an ``authority``, as in Vault's tools.
    :param certificate: the certificate of this client.
    :param key: the key of that certificate, not encrypted.
    :raises SettingsError: a file is missing, unreadable or of another format.
    """
    if bool(certificate) != bool(key):
        given = certificate or key
        assert given is not None
        raise SettingsError(
            f"a client certificate needs a certificate and its key, got only {given.setting}",
            hint="set both to files in PEM format, or none",
        )
    if not authority and not authorities and not certificate:
        return Tls(server_name=server_name)
    if authority or authorities:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        _trust(context, authority, authorities)
    else:
        context = _usual_authorities()
    if certificate and key:
        try:
            # Without this password, OpenSSL would ask for one on the terminal if the key is encrypted.
            context.load_cert_chain(certificate.path, key.path, password="")
        except (OSError, ValueError) as error:
            raise _unreadable(
                f"{certificate.setting}, {key.setting}", f"{certificate.path}, {key.path}", error
            ) from None
    return Tls(context, server_name)


def _trust(context: ssl.SSLContext, authority: NamedFile | None, authorities: NamedFile | None) -> None:
    named = authority or authorities
    assert named is not None
    path = Path(named.path)
    try:
        # OpenSSL finds the files of a folder only if their names are hashes, so load each file.
        files = [path] if named is authority else sorted(file for file in path.iterdir() if file.is_file())
        for file in files:
            context.load_verify_locations(file)
    except OSError as error:
        raise _unreadable(named.setting, named.path, error) from None
    if not context.get_ca_certs():
        raise _unreadable(named.setting, named.path, OSError("it contains no certificate of an authority"))


def _unreadable(setting: str, path: str, error: Exception) -> SettingsError:
    why = error.strerror if isinstance(error, OSError) and error.strerror else error
    return SettingsError(
        f"{setting}: the certificates cannot be read from {path}: {why}", hint="set it to the path of PEM files"
    )


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
