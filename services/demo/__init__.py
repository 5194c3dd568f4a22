"""The product in one process with sample data, to try it."""
