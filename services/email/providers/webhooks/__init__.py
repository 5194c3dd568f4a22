"""Webhooks of mail providers: proved to come from them, then read."""
