"""The clock's edge: who is due, one sync, what is told. Each opens its own transactions."""
