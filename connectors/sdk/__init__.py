"""What a connector is made of: records, manifest, protocol, errors, HTTP, paging, mapping, sandbox.

Nothing here knows a platform, and nothing here knows the application.
"""
