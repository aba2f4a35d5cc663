"""flake8 plugin that finds common FastAPI mistakes (codes FAP001 to FAP010)."""

__version__ = "0.1.0"
