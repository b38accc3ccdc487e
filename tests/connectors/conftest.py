"""A world with a connection, for tests that sync a simulated platform."""

from tests.support.world import clock, person, settings, vault, world

__all__ = ["clock", "person", "settings", "vault", "world"]
