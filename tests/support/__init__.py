"""What the tests stand on: a real Postgres, a real browser, a closed network."""
