"""The data layer: sessions and connections, ORM entities, queries."""
