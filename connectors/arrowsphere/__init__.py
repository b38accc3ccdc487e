"""ArrowSphere (Arrow): program subscriptions, licence renewals, notifications, campaigns."""
