"""Secrets that fall back to a value in the code."""
