"""Where the server listens."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.config import constants, launches
from flake8_fastapi.semantics.file import File
from flake8_fastapi.visitor import Finding, check

_ANY = ("0.0.0.0", "::", "[::]")


@check(optional=True)
def bind_all_interfaces(file: File) -> Iterator[Finding]:
    """The server listens on all interfaces of the machine, not on the one that a proxy or a developer uses.

    On a machine without a firewall, whoever shares its network reaches the application beside the proxy. In a
    container it has to be so, which is why this check is off by default.

    Bad::

        uvicorn.run("main:app", host="0.0.0.0", port=8000)  # FAP009

    Good::

        uvicorn.run("main:app", host="127.0.0.1", port=8000)
    """
    if file.project.files.is_test(file.path):
        return
    for launch in launches.of(file):
        value = launch.option("host")
        known = constants.of(file.ev, value, launch.frame) if value is not None else None
        if known is not None and known.value in _ANY:
            default = " by default" if known.is_default else ""
            yield Finding(
                launch.call.start,
                f"the server listens on all interfaces (`{known.value}`){default}: anyone in the network reaches it; "
                "bind it to `127.0.0.1`",
            )
