"""Texts of the client: where they come from, what they become part of, and what has looked at them."""
