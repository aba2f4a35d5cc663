"""Text of the client in queries and addresses."""
