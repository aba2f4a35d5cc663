def app_guard(x_app: str = "") -> None: ...


def route_guard(route: int) -> None: ...


def include_guard(include: int) -> None: ...


async def trace(trace_id: str) -> str:
    return trace_id
