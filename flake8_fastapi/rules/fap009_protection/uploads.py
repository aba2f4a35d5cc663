"""Uploads and other input without a limit."""
