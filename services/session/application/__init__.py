"""Use cases of consents and read-only sessions."""
