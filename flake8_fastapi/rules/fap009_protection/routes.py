"""Routes without authentication."""
