"""Switches that belong to development."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.config import constants, launches, switches
from flake8_fastapi.semantics.config.switches import Switch
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.structure import layout
from flake8_fastapi.visitor import Finding, check, fitting, short


@check
def debug_enabled(file: File) -> Iterator[Finding]:
    """An application runs with `debug=True`, or its server with `reload=True`, wherever it is deployed.

    With `debug`, whoever makes a request fail gets the traceback: source lines, paths, versions. A handler for
    `Exception` does not help, debugging comes first. `reload` watches the files and restarts the server.

    Not reported: what a condition or the environment switches on, and `uvicorn.run(…, reload=True)` below
    `if __name__ == "__main__":`, which is how developers start the application. A field of the settings that is true
    by default is reported: deployments that forget it are open.

    Bad::

        app = FastAPI(debug=True)  # FAP008

    Good::

        class Settings(BaseSettings):
            debug: bool = False

        app = FastAPI(debug=Settings().debug)
    """
    if layout.is_aside(file.project.files, file.path):
        return
    for switch in switches.debugging(file):
        known = switches.on(file, switch)
        if known is not None:
            yield Finding(switch.position, _debug_message(switch, known.is_default))
    for launch in launches.of(file):
        value = launch.option("reload")
        known = constants.of(file.ev, value, launch.frame) if value is not None else None
        if known == constants.Known(True) and launches.is_always_run(file, launch):
            yield Finding(
                launch.call.start,
                "`reload=True` restarts the server of any deployment when a file changes; "
                'keep it below `if __name__ == "__main__":`',
            )


def _debug_message(switch: Switch, is_default: bool) -> str:
    what = f"`{short(switch.text)}`"
    if not is_default:
        return fitting(
            f"{what}: clients whose request fails get the traceback with source lines; take it from the settings",
            "`debug=True`: clients whose request fails get the traceback with source lines; take it from the settings",
        )
    name = short(written(switch.value) or "the default", 30)
    return fitting(
        f"`debug` is on unless `{name}` says no: clients get tracebacks with source lines; default it to False",
        "`debug` is on by default: clients get tracebacks with source lines; default it to False",
    )
