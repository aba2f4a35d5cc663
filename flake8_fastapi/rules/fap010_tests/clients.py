"""How tests make their clients: lifespan-not-run, removed-app-argument, sync-client-in-async-test."""
