from fastapi import Header


def current(x_user: str = Header()) -> str:
    return x_user
