"""The world of one scripted connection."""

from tests.support.world import clock, person, settings, vault, world

__all__ = ["clock", "person", "settings", "vault", "world"]
