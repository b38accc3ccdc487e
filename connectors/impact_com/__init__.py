"""impact.com partner API v16: tasks, contracts with their bonus tiers, invoices, programs."""
