"""The clock's edge: who is due, one sync, the outbox, digests. Each opens its own transactions."""
