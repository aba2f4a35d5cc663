"""Tokens, cookies and secrets that go between client and service."""
