"""Cookies and credentials in the wrong place."""
