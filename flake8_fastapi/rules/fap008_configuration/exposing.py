"""Configuration that reaches a client."""
