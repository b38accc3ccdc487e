"""Speed as ratios of one run: our whole path beside a raw floor on the same machine, at once.

Bare times mean nothing on a shared machine, so none is a target. See README, "Speed".
"""
