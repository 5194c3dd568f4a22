"""What identity reads from its tables, by entity."""
