"""Rebuilds answers: a log is folded into views of its own, and a recorded request asked again."""
