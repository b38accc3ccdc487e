"""One way out each. Knows how to send, not what is stored nor who people are."""
