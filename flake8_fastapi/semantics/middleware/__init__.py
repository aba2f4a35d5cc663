"""The middleware of applications: in which order it stands, what it answers itself, and what CORS allows."""
