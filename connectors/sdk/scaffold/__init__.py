"""What `connectors new` writes; the guide in docs/ shows the same, a test compares them."""
