"""Tables that people keep or portals export: from a CSV or Excel file to records."""
