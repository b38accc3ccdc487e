"""The child process that opens files from strangers. It imports no SDK, no network, no settings."""
