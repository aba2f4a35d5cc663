"""Credentials and addresses in URLs."""
