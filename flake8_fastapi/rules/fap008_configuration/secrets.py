"""Secrets written into the code."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.knowledge.secrets import Kind
from flake8_fastapi.semantics.config import leaks
from flake8_fastapi.semantics.config.leaks import Leak
from flake8_fastapi.semantics.file import File
from flake8_fastapi.visitor import Finding, check, fitting, short

GAINS: dict[Kind, str] = {
    "signing": "can forge what it signs",
    "password": "can log in with it",
    "database": "can log in to the service",
    "secret": "can use it in your name",
    "key": "can use it in your name",
    "token": "can use it in your name",
}
"""What somebody can do who knows the secret."""


@check
def hardcoded_secret(file: File) -> Iterator[Finding]:
    """A secret is written into the code: a key, password or token that works.

    Everybody who can read the repository, an image or a backup of it has the secret: whoever knows the key of the
    tokens makes tokens for any user. It stays in the history when it is removed, so it has to be changed as well.

    Reported once for each secret, where it is written: beside the name of a secret (a variable, attribute, keyword or
    item of a dict), as the key with which a library signs (`jwt.encode`, `SessionMiddleware`), where a value is
    compared with it, and anywhere in the format of a well-known token. A text that asks to be changed ("change-me")
    works as a key until somebody does; the project may refuse to start with it, and is then not reported.

    Not reported: tests, examples and documentation; members of enumerations; names of fields, headers, files and
    variables; templates such as `{token}` and `<your token>`; API keys that say that they are none; the passwords with
    which databases start on a developer's machine. Defaults of the environment are `secret-fallback`, those of
    settings classes `settings-secret-default`.

    Bad::

        SECRET_KEY = "b7d1f0c2a9"  # FAP008

        def create_token(user: str) -> str:
            return jwt.encode({"sub": user}, SECRET_KEY, algorithm="HS256")

    Good::

        SECRET_KEY = os.environ["SECRET_KEY"]

        def create_token(user: str) -> str:
            return jwt.encode({"sub": user}, SECRET_KEY, algorithm="HS256")
    """
    for leak in leaks.of(file):
        yield Finding(leak.position, _message(leak))


def _message(leak: Leak) -> str:
    gain, name = GAINS[leak.kind], short(leak.name)
    if leak.shape is not None:
        what = f"{leak.shape} in the code" + (f" (`{name}`)" if name else "")
        return fitting(
            f"{what}: whoever can read the code {gain}; revoke it, and read a new one from the environment",
            f"{leak.shape} in the code: whoever can read the code {gain}; revoke it",
        )
    if leak.way == "compared":
        head = f"`{name}` is compared with a text in the code: whoever can read the code gets in"
        return fitting(f"{head}; read it from the environment", head)
    what = f"`{name}` is written into the code"
    if leak.way == "key":
        what = f"the key of `{leak.user}()` is written into the code"
        what = f"{what} (`{name}`)" if name else what
        what = f"{what} in `{leak.module}`" if leak.module else what
    return fitting(
        f"{what}: whoever can read it {gain}; read it from the environment, and change it",
        f"{what}: whoever can read it {gain}; change it",
        f"{what}: whoever can read it {gain}",
    )
