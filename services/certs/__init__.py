"""Certificates of a development authority."""
