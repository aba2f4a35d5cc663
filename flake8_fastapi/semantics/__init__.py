"""What FastAPI code means; knows no rule."""
