"""What tests assert: tautological-status, unasserted-response, success-only-tests."""
