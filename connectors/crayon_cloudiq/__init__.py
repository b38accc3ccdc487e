"""Crayon Cloud-iQ: reports still owed, agreements, subscriptions, announcements, sales contacts."""
