"""Public program pages, watched for changes."""
