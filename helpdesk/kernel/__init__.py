"""Plumbing that all services share; it knows no business word."""
