from .base import *  # noqa: F403


@users.get("/")  # noqa: F405
def list_users():
    return []
