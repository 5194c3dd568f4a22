"""What the audit service decides: pure functions over what the sealed records say."""
