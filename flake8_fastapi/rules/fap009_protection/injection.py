"""SQL, commands and addresses that a client writes."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.taint import sinks
from flake8_fastapi.semantics.taint.sinks import Harm
from flake8_fastapi.visitor import Finding, check, fitting, short

_RUNNING = {
    "shell": ("becomes a command of", "command", "on the server", "use no shell"),
    "remote": ("becomes a command of", "command", "on that host", "use `shlex.quote()`"),
    "program": ("names the program of", "command", "on the server", "allow known ones"),
    "python": ("goes into", "Python", "on the server", "look names up instead"),
}
"""What runs it -> where the text goes, what a client runs, where, and what to do."""


@check
def sql_from_request(function: Function) -> Iterator[Finding]:
    """A text of the request is put into the text of an SQL statement: the client writes a part of the statement.

    Bad::

        @app.get("/books")
        def books(author: str, db: Annotated[Session, Depends(get_db)]) -> list[str]:
            rows = db.execute(text(f"SELECT title FROM books WHERE author = '{author}'"))  # FAP009
            return [row.title for row in rows]

    Good::

        @app.get("/books")
        def books(author: str, db: Annotated[Session, Depends(get_db)]) -> list[str]:
            rows = db.execute(text("SELECT title FROM books WHERE author = :author"), {"author": author})
            return [row.title for row in rows]
    """
    for harm in sinks.of(function):
        if harm.use == "sql":
            yield Finding(
                harm.position,
                fitting(
                    f"{_put(harm, 'into the SQL of')}: a client runs SQL of its own; bind it, or allow known names",
                    f"{_put(harm, 'into the SQL of')}: a client runs SQL of its own; bind it",
                    f"{_put(harm, 'into the SQL of', 24)}: a client runs its own SQL; bind it",
                ),
            )


@check
def command_from_request(function: Function) -> Iterator[Finding]:
    """A text of the request becomes (a part of) a command of the shell, the program that is started, or Python.

    Without a shell, an argument in a list is only that, and is let alone.

    Bad::

        @app.get("/disk")
        def disk(folder: str) -> str:
            return subprocess.check_output("df -h " + folder, shell=True, text=True)  # FAP009

    Good::

        @app.get("/disk")
        def disk(folder: str) -> str:
            return subprocess.check_output(["df", "-h", "--", folder], text=True)
    """
    for harm in sinks.of(function):
        if harm.use == "command":
            how, what, where, remedy = _RUNNING[harm.deed]
            put = _put(harm, how, verb="")
            yield Finding(
                harm.position,
                fitting(
                    f"{put}: a client runs any {what} {where}; {remedy}",
                    f"{put}: a client runs any {what}; {remedy}",
                    f"{_put(harm, how, 20, '')}: a client runs any {what}; {remedy}",
                ),
            )


@check(optional=True)
def request_driven_url(function: Function) -> Iterator[Finding]:
    """The client chooses the host that the server calls, or the site to which the server sends a browser.

    Bad::

        @app.get("/preview")
        def preview(url: str) -> str:
            return httpx.get(url).text  # FAP009

    Good::

        @app.get("/preview")
        def preview(page: str) -> str:
            return httpx.get(f"https://pages.example.com/{page}").text
    """
    for harm in sinks.of(function):
        if harm.use == "url":
            put = _put(harm, "chooses the host of", verb="")
            yield Finding(
                harm.position,
                fitting(
                    f"{put}: a client reaches what only the server can reach; allow known hosts only",
                    f"{_put(harm, 'chooses the host of', 24, '')}: a client reaches internal hosts; allow known ones",
                ),
            )
        elif harm.use == "redirect":
            put = _put(harm, "chooses where", verb="")
            yield Finding(
                harm.position,
                fitting(
                    f"{put} leads: a link to this site takes users to any other; allow own paths only",
                    f"{_put(harm, 'chooses where', 24, '')} leads: a link here takes users anywhere; allow own paths",
                ),
            )


def _put(harm: Harm, how: str, longest: int = 40, verb: str = "goes ") -> str:
    """What goes where."""
    way = f" by `{short(harm.through, longest)}`" if harm.through else ""
    return f"`{short(harm.tainted.parameter, longest)}` {verb}{how} `{short(harm.sink, longest)}`{way}"
