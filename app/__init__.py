"""Partner Inbox: every vendor's and distributor's asks in one inbox that the partner owns."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("partner-inbox")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0.1.0"
