"""Pure decisions: the time, the zone and the stored values are arguments."""
