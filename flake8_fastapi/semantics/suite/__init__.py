"""Test suites: which tests there are, which requests they send, and what they make of the answers."""
