def current(x_admin: str) -> str:
    return x_admin
