"""The audit service: an append-only, provable record of every support action."""
