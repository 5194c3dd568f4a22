"""The auditors' tool: reads the log where no server runs, and trusts nobody."""
