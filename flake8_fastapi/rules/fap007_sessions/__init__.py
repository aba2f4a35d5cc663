"""FAP007: inadequate database session management."""

from flake8_fastapi.rules.fap007_sessions import engines, lifetime, outliving, sharing, transactions

__all__ = ["engines", "lifetime", "outliving", "sharing", "transactions"]
