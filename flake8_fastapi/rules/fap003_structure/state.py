"""State that handlers keep in the process that serves them."""

from __future__ import annotations

import os
from collections.abc import Iterator

from flake8_fastapi.semantics.code import bound_name
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.structure import module_state
from flake8_fastapi.semantics.structure.module_state import Written
from flake8_fastapi.visitor import Finding, check, fitting, short


@check
def shared_mutable_state(file: File) -> Iterator[Finding]:
    """A container or counter at module level that route handlers put data into.

    It lives in one process: each worker has its own, and a restart empties it. Reported in applications that have a
    database too, where such data belongs, and once for each container and file, at the first place. Silent for what
    belongs in a process (caches, locks, queues, tasks, connections, metrics, as far as names and values tell), for what
    a lock guards, and in tests, examples and scripts.

    Bad::

        codes: dict[str, str] = {}

        @app.post("/codes/{email}")
        def send_code(email: str, db: Session = Depends(get_db)) -> None:
            codes[email] = str(db.info["code"])  # FAP003

    Good::

        @app.post("/codes/{email}")
        def send_code(email: str, db: Session = Depends(get_db)) -> None:
            db.execute(text("insert into codes values (:email, :code)"), {"email": email, "code": db.info["code"]})
            db.commit()
    """
    for found in module_state.written(file):
        name = f"`{short(found.container.name, 30)}`"
        writers = (
            f"{found.functions} functions write" if found.functions > 1 else f"`{short(found.handler, 30)}` writes"
        )
        effect = f"other workers never see what {writers}, and a restart drops it"
        yield Finding(
            found.start,
            fitting(
                f"{name} ({_place(file, found)}) is in memory: {effect}; keep it in the database",
                f"{name} ({_place(file, found)}) is in memory: {effect}",
                f"{name} is in memory: {effect}",
                room=130,
            ),
        )


def _place(file: File, found: Written) -> str:
    """Where the container is defined."""
    if found.container.path != file.path:
        return os.path.basename(found.container.path)
    lines = [node.lineno for node in file.source.tree.body if bound_name(node) == found.container.name]
    return f"line {lines[0]}" if lines else "above"
