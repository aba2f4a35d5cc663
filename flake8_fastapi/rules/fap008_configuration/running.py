"""Switches that belong to development."""
