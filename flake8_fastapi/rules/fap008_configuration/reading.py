"""Where and how configuration is read."""
