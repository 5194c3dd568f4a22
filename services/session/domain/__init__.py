"""Decisions about consents and read-only sessions: no clock, no wire, no database."""
