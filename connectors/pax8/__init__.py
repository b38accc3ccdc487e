"""Pax8 partner API: subscriptions, invoices and their drafts, quotes."""
