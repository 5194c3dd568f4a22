"""Mail to users: its status, the blocklist, the check of callers and reports of mail systems."""
