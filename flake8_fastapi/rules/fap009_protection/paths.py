"""Files that a client names: by a text of the request, or by the name of an upload."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.taint import sinks
from flake8_fastapi.semantics.taint.sinks import Harm
from flake8_fastapi.visitor import Finding, check, fitting, short

_GAINS = {
    "read": "a client reads files anywhere",
    "write": "a client writes files anywhere",
    "delete": "a client deletes files anywhere",
    "list": "a client lists any folder",
}


@check
def path_traversal(function: Function) -> Iterator[Finding]:
    """A text of the request becomes part of a file's path: `../` in it leads anywhere on the server.

    A path parameter without the convertor `:path` never holds a `/`, and is let alone.

    Bad::

        @app.get("/reports")
        def report(name: str) -> FileResponse:
            return FileResponse(f"reports/{name}")  # FAP009

    Good::

        @app.get("/reports")
        def report(name: str) -> FileResponse:
            path = (REPORTS / name).resolve()
            if not path.is_relative_to(REPORTS):
                raise HTTPException(404)
            return FileResponse(path)
    """
    for harm in sinks.of(function):
        if harm.use == "path" and harm.tainted.kind != "file name":
            gain = f"with `../` {_GAINS.get(harm.deed, _GAINS['read'])}"
            yield Finding(
                harm.position,
                fitting(
                    f"{_led(harm)}: {gain}; resolve the path and check `is_relative_to()`",
                    f"{_led(harm)}: {gain}; check `is_relative_to()`",
                    f"{_led(harm, 24)}: {gain}; check the resolved path",
                ),
            )


@check
def upload_path(function: Function) -> Iterator[Finding]:
    """The name that a client gives an uploaded file becomes a path: `../` in it, or a leading `/`, is kept.

    Bad::

        @app.post("/pictures")
        def upload(file: UploadFile) -> None:
            with open(f"pictures/{file.filename}", "wb") as picture:  # FAP009
                shutil.copyfileobj(file.file, picture)

    Good::

        @app.post("/pictures")
        def upload(file: UploadFile) -> None:
            with open(f"pictures/{uuid4()}.png", "wb") as picture:
                shutil.copyfileobj(file.file, picture)
    """
    for harm in sinks.of(function):
        if harm.use == "path" and harm.tainted.kind == "file name":
            gain = f"with `../` in it {_GAINS.get(harm.deed, _GAINS['write'])}"
            yield Finding(
                harm.position,
                fitting(
                    f"{_led(harm)}: {gain}; make a name of your own, or take `Path(name).name`",
                    f"{_led(harm)}: {gain}; take `Path(name).name`",
                    f"{_led(harm, 24)}: {gain}; take its `.name` only",
                ),
            )


def _led(harm: Harm, longest: int = 40) -> str:
    """What goes where."""
    way = f" by `{short(harm.through, longest)}`" if harm.through else ""
    return f"`{short(harm.tainted.parameter, longest)}` becomes a path of `{short(harm.sink, longest)}`{way}"
