"""Decorators that never run."""
