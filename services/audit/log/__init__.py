"""The tamper-evident log of the audit service: append, sign, prove, verify, export."""
