"""Changes signing keys while they are in use."""
