"""A small platform that does not exist: with it the SDK's kit is tested, not a platform."""
