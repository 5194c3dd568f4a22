"""What the audit service keeps beside the log so that auditors find things in it."""
