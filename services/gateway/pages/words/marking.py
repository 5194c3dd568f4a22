"""Marks the texts of the tables for the catalogues."""


def _(message: str) -> str:
    """Mark a message for extraction; it is translated when a page is rendered."""
    return message
