"""Data of other users."""
