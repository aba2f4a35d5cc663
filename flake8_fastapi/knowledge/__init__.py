"""What libraries do: tables and look-ups in them, no rules."""
