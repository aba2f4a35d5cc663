"""Authentication that does not hold."""
