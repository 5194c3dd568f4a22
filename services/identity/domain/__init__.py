"""Decisions of identity; pure."""
