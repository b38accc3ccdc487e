"""Ingram Micro Xvantage, Reseller API v6: renewals, bids, quotes, invoices, orders on hold."""
