from app.services.weather import *  # noqa: F403
from app.services.weather import download as pull

__all__ = ["pull", "today"]
