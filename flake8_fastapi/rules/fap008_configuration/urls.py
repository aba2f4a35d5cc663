"""Credentials in URLs."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.config import logins
from flake8_fastapi.semantics.config.logins import Login
from flake8_fastapi.semantics.file import File
from flake8_fastapi.visitor import Finding, check, fitting, short


@check
def credentials_in_url(file: File) -> Iterator[Finding]:
    """A URL in the code holds a user name and a password.

    Everybody who can read the repository, an image or a backup of it can log in to the database, broker or service.
    The password stays in the history when it is removed, so it has to be changed as well.

    Not reported: SQLite; services of the developer's machine (localhost, containers by name with the passwords with
    which they start); passwords that are filled in, and those of documentation (`user:password@host`); tests, examples
    and documentation.

    Bad::

        engine = create_engine("postgresql://shop:fj38vnw1@db.shop.com/shop")  # FAP008

    Good::

        engine = create_engine(os.environ["DATABASE_URL"])
    """
    for found in logins.of(file):
        yield Finding(found.position, _message(found))


def _message(found: Login) -> str:
    head = f"password for `{short(found.host)}` in a URL: whoever can read the code can log in"
    return fitting(f"{head}; read the URL from the environment, and change it", f"{head}; change it", head)
