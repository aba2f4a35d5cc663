"""Secrets written into the code."""
