"""What customers allow, and the read-only sessions that stand on it."""
