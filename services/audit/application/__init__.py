"""What the audit service does for people."""
