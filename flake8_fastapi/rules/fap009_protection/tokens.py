"""Tokens and the comparison of secrets."""
