"""The sample company and its simulated platforms."""
