"""Exceptions on their way to the client: what is raised, what catches it, what answers it."""
