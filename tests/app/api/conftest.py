"""The world of one scripted connection."""

from tests.support.world import clock, settings, vault, world

__all__ = ["clock", "settings", "vault", "world"]
