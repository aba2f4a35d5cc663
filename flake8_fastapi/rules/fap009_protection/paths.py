"""Paths that the client chooses."""
