"""What each fact does to identity's tables, by entity."""

from services.identity.projections.directory import (
    DEVICE_VIEW,
    HINT,
    PERSON,
    SIGN_IN,
    projections,
)

__all__ = ["DEVICE_VIEW", "HINT", "PERSON", "SIGN_IN", "projections"]
