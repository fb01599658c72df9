"""Provides a TLS context for clients of servers on the loopback, which need no certificates.

To load those takes httpx longer than most calls; a client is given this context instead, made once.
"""

from __future__ import annotations

import ssl

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
