"""Secrets that fall back to a value in the code."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.rules.fap008_configuration.secrets import GAINS
from flake8_fastapi.semantics.config import defaults
from flake8_fastapi.semantics.config.defaults import Default
from flake8_fastapi.semantics.file import File
from flake8_fastapi.visitor import Finding, check, fitting, short


@check
def secret_fallback(file: File) -> Iterator[Finding]:
    """A secret that is read from the environment falls back to a text in the code.

    Where the variable is not set, misspelt or lost, the application starts all the same, with a secret that everybody
    can read: whoever knows the key of the tokens makes tokens for any user, and nothing tells. "change-me" is no
    excuse, it is the text that is tried first. Without a default the start fails, which somebody sees.

    Not reported: empty defaults and `None`; API keys whose default says that there is none ("not-needed", "ollama");
    the passwords with which databases start on a developer's machine; a default that the project refuses to run with;
    what stands in a branch for development; tests, examples and documentation.

    Bad::

        SECRET_KEY = os.getenv("SECRET_KEY", "dev-secret")  # FAP008

    Good::

        SECRET_KEY = os.environ["SECRET_KEY"]
    """
    for found in defaults.fallbacks(file):
        yield Finding(found.position, _fallback_message(found))


def _fallback_message(found: Default) -> str:
    name, gain = short(found.name), GAINS[found.kind]
    if found.is_guessable:
        return fitting(
            f"`{name}` falls back to a value of `random`: whoever guesses it {gain}; read it without a default",
            f"`{name}` falls back to a value of `random`: whoever guesses it {gain}",
        )
    return fitting(
        f"`{name}` falls back to a text in the code: where it is not set, anyone {gain}; read it without a default",
        f"`{name}` falls back to a text in the code: where it is not set, anyone {gain}",
    )


@check
def settings_secret_default(file: File) -> Iterator[Finding]:
    """A secret of a settings class has a default that works.

    Where the environment does not set the field, the application starts all the same, with a secret that everybody
    can read: whoever knows the key of the tokens makes tokens for any user, and nothing tells. Without a default the
    settings class refuses to be made, and says which field is missing.

    Not reported: empty defaults and `None`; API keys whose default says that there is none ("not-needed", "ollama");
    the passwords with which databases start on a developer's machine; a default that the project refuses to run with,
    in a validator or elsewhere; settings classes for tests and development.

    Bad::

        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            jwt_secret: str = "change-me"  # FAP008

    Good::

        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            jwt_secret: str
    """
    for found in defaults.fields(file):
        yield Finding(found.position, _field_message(found))


def _field_message(found: Default) -> str:
    name, gain = short(f"{found.owner}.{found.name}", 50), GAINS[found.kind]
    return fitting(
        f"`{name}` has a default that works: where it is not set, anyone who knows the code {gain}; make it required",
        f"`{name}` has a default that works: where it is not set, anyone {gain}; make it required",
        f"`{name}` has a default that works: where it is not set, anyone {gain}",
        room=126,
    )


@check(optional=True)
def plain_secret_type(file: File) -> Iterator[Finding]:
    """A secret of a settings class is a `str`: it is printed wherever the settings are.

    A log line, an error report or a debugger that shows the settings object shows the secret. `SecretStr` prints as
    `**********`, and gives its value only to `get_secret_value()`.

    Bad::

        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            jwt_secret: str  # FAP008

    Good::

        from pydantic import SecretStr
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            jwt_secret: SecretStr
    """
    for position, owner, name in defaults.plain(file):
        full = short(f"{owner}.{name}", 60)
        yield Finding(position, f"`{full}` is a `str`: a log of the settings shows it; make it a `SecretStr`")
