"""Defines a TLS context without certificates, for clients of servers on the loopback.

To load those takes httpx longer than most calls; a client is given this context instead, made once.
"""

from __future__ import annotations

import ssl

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
