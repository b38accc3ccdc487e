"""Simulated platforms on loopback, for conformance, demo and bench.

A platform's ``sandbox.py`` defines one class named ``Sandbox`` that follows the protocol
here. It answers as that platform's contract says, odd shapes included, and knows nothing
of the connector beside it. ``Listing``, ``Quota`` and ``Tokens`` carry what all of them
need, so that it holds only the platform's own shapes. Endpoints are ``async def``: they
wait for nothing, and no worker thread outlives the host.
"""

from connectors.sdk.sandbox.contract import ASGIApp, RunningClock, Sandbox, SandboxClock
from connectors.sdk.sandbox.faults import ON_THE_WIRE, Answer, Fault, FaultKind
from connectors.sdk.sandbox.host import SandboxHost
from connectors.sdk.sandbox.imap import Folder, ImapServer
from connectors.sdk.sandbox.kit import Listing, Quota, Row, Tokens, page_of
from connectors.sdk.sandbox.mount import Asked

__all__ = [
    "ON_THE_WIRE",
    "ASGIApp",
    "Answer",
    "Asked",
    "Fault",
    "FaultKind",
    "Folder",
    "ImapServer",
    "Listing",
    "Quota",
    "Row",
    "RunningClock",
    "Sandbox",
    "SandboxClock",
    "SandboxHost",
    "Tokens",
    "page_of",
]
