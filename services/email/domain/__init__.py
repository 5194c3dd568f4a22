"""Decisions of mail; pure."""
