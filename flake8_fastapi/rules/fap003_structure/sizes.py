"""Handlers and modules that are too large."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.structure import layers, layout, sizes
from flake8_fastapi.visitor import Finding, check, fitting, short


@check
def fat_handler(function: Function) -> Iterator[Finding]:
    """A handler of more than 50 statements, or of more than 25 that makes 3 or more session calls.

    What stands in a handler can be run by a request only: no test, job or other route reaches it by itself. Of the
    handlers of good projects at most 1 % are larger. The figures are options: `--fastapi-max-handler-statements`,
    `--fastapi-max-session-handler-statements` and `--fastapi-session-handler-calls`.

    Nested statements count, those of functions inside the handler as well: nothing else can call them either.
    What is no logic does not count: docstrings, logging, imports, declarations; the headers of `with` and `try`, and
    markup that is built with them; `raise`; names that are given to literals, attributes and items, and returned;
    what is streamed or sent over a websocket. Fields of one object that are set one after the other count once.

    Session calls are those that read or change rows; of exclusive branches only the one with the most counts.

    Not reported: tests, examples, documentation, scripts, generated modules and notebooks.

    With `--fastapi-max-handler-statements=4`:

    Bad::

        @app.post("/basket")
        def price(items: list[float], code: str) -> float:  # FAP003
            total = 0.0
            for item in items:
                total += item
            if code == "HALF":
                total /= 2
            return round(total, 2)

    Good::

        def total_of(items: list[float], code: str) -> float:
            total = 0.0
            for item in items:
                total += item
            if code == "HALF":
                total /= 2
            return round(total, 2)

        @app.post("/basket")
        def price(items: list[float], code: str) -> float:
            return total_of(items, code)
    """
    size = sizes.of(function)
    if not size.may_be_fat or not function.is_handler or not size.is_fat or not layout.is_of_application(function):
        return
    place = layout.place_for(function.project.files, function.thing.path, "services")
    calls = f" and {size.session_calls} session calls" if size.session_calls > 1 else ""
    figures = f"`{short(function.name)}` has {size.statements} statements{calls}"
    yield Finding(
        function.position,
        fitting(
            f"{figures}: only a request can run or test them; move the work to `{place}`",
            f"{figures}: only a request can run them; move the work to `{place}`",
            f"{figures}: only a request can run them; move them to `{short(place)}`",
        ),
    )


@check
def fat_module(file: File) -> Iterator[Finding]:
    """A module with the handlers of more than 30 routes that do the work themselves.

    Nobody finds a route in it, and everybody changes it. Of the modules of good projects under 1 % hold more routes.
    The figure is an option: `--fastapi-max-module-routes`.

    Not reported: modules most of whose handlers are a few lines that hand everything on, and what `mixed-layers`
    reports; tests, examples, documentation, scripts, generated modules and notebooks.

    With `--fastapi-max-module-routes=1`:

    Bad::

        @router.get("/fare")  # FAP003
        def fare(distance: float) -> float:
            price = 2.0
            if distance > 10:
                price += 3.0
            if distance > 100:
                price += 20.0
            price += distance * 0.1
            price = max(price, 4.0)
            return round(price, 2)

        @router.get("/duration")
        def duration(distance: float) -> float:
            hours = distance / 80
            breaks = 0
            while hours > 4:
                hours -= 4
                breaks += 1
            hours += breaks * 4
            hours += breaks * 0.5
            return round(hours, 1)

    Good::

        def fare_of(distance: float) -> float:
            price = 2.0
            if distance > 10:
                price += 3.0
            return price

        @router.get("/fare")
        def fare(distance: float) -> float:
            return fare_of(distance)

        @router.get("/duration")
        def duration(distance: float) -> float:
            return round(distance / 80, 1)
    """
    limit = file.project.limits.max_module_routes
    if len(file.registrations) <= limit or not layout.is_kept(file.project.files, file.path):
        return
    found = [each for each in layers.handlers(file) if each.path == file.path]
    if len(found) <= limit or layers.mixed(file) or sizes.mostly_delegates(file.source, found):
        return
    folder = short(layout.routers_for(file.project.files, file.path), 50)
    yield Finding(
        layers.place(file),
        f"{len(found)} handlers in one module (more than {limit}): nobody finds one; give each subject a router in "
        f"`{folder}`",
    )
