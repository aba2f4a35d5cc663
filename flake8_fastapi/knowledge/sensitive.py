"""Names of values that must not become public, by their words.

A name is a secret by how it ends: `smtp_password` and `hashedPassword` are, `password_policy` and `secret_id` are not.
What stands before may take it back: `has_password`, `masked_secret`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal, NamedTuple

Kind = Literal["password", "hash", "secret", "key", "token", "card"]


class Secret(NamedTuple):
    """What a name says about its value."""

    kind: Kind
    handed_out: bool = False
    """An API may give it to its clients: an access token, an API key, the secret that a browser needs to pay."""


_PASSWORD = Secret("password")
_HASH = Secret("hash")
_SECRET = Secret("secret")
_KEY = Secret("key")
_CARD = Secret("card")
_PUBLIC_KEY = Secret("key", handed_out=True)
_PUBLIC_SECRET = Secret("secret", handed_out=True)
_TOKEN = Secret("token", handed_out=True)

ENDINGS: Mapping[str, Secret] = {
    "password": _PASSWORD,
    "passwd": _PASSWORD,
    "passphrase": _PASSWORD,
    "password confirm": _PASSWORD,
    "password confirmation": _PASSWORD,
    "password repeat": _PASSWORD,
    "password again": _PASSWORD,
    "password plain": _PASSWORD,
    "password plaintext": _PASSWORD,
    "user pwd": _PASSWORD,
    "user pass": _PASSWORD,
    "admin pwd": _PASSWORD,
    "admin pass": _PASSWORD,
    "db pwd": _PASSWORD,
    "db pass": _PASSWORD,
    "smtp pwd": _PASSWORD,
    "smtp pass": _PASSWORD,
    "mail pass": _PASSWORD,
    "password hash": _HASH,
    "password hashed": _HASH,
    "password digest": _HASH,
    "password salt": _HASH,
    "password encrypted": _HASH,
    "passwordhash": _HASH,
    "hashed password": _HASH,
    "hashedpassword": _HASH,
    "hashed pass": _HASH,
    "hashed pwd": _HASH,
    "hash password": _HASH,
    "encrypted password": _HASH,
    "pass hash": _HASH,
    "pw hash": _HASH,
    "pwd hash": _HASH,
    "pin hash": _HASH,
    "secret": _SECRET,
    "client secret": _PUBLIC_SECRET,
    "webhook secret": _PUBLIC_SECRET,
    "secret key": _KEY,
    "secretkey": _KEY,
    "secret access key": _KEY,
    "private key": _KEY,
    "privatekey": _KEY,
    "encryption key": _KEY,
    "signing key": _KEY,
    "seed phrase": _KEY,
    "recovery phrase": _KEY,
    "api key": _PUBLIC_KEY,
    "apikey": _PUBLIC_KEY,
    "access key": _PUBLIC_KEY,
    "auth key": _PUBLIC_KEY,
    "token": _TOKEN,
    "cvv": _CARD,
    "cvc": _CARD,
}
"""What the words of a name end in -> what that means; the longest ending decides."""

NAMES: Mapping[str, Secret] = {"salt": _HASH, "reset token": Secret("token"), "password reset token": Secret("token")}
"""Names that are not judged by their ending."""

MADE_UP = frozenset({"generated", "initial", "new", "onetime", "random", "temp", "temporary"})
"""First words of the name of a secret that is made for whoever asks, and shown once."""

HARMLESS_BEFORE = frozenset(
    {
        "allow", "allows", "can", "change", "check", "count", "enable", "enabled", "expose", "force", "forgot",
        "has", "have", "hidden", "is", "mask", "masked", "max", "min", "must", "need", "needs", "no", "num",
        "obfuscated", "public", "redacted", "require", "required", "requires", "reset", "set", "should", "show",
        "total", "use", "uses", "validate", "was", "with", "without",
    }
)  # fmt: skip
"""First words of a name that is about a secret, and holds none."""

_HAND_OVER = frozenset(
    {
        "app", "apps", "apikey", "apikeys", "auth", "authenticator", "certificate", "certificates", "client",
        "clients", "config", "configuration", "credential", "credentials", "enroll", "enrollment", "enrolment",
        "factor", "factors", "generate", "key", "keys", "keypair", "keypairs", "login", "mfa", "oauth", "otp", "qr",
        "regenerate", "rotate", "secret", "secrets", "setting", "settings", "signin", "token", "tokens", "totp",
        "vault", "webhook", "webhooks",
    }
)  # fmt: skip
PURPOSES: Mapping[Kind, frozenset[str]] = {
    "password": frozenset(
        {
            "password",
            "passwords",
            "credential",
            "credentials",
            "temporary",
            "generate",
            "generated",
            "setting",
            "settings",
        }
    ),
    "hash": frozenset(),
    "secret": _HAND_OVER,
    "key": _HAND_OVER,
    "token": frozenset({"token", "tokens", "reset"}),
    "card": frozenset(),
}
"""Words in the path, the handler's name or the model's name of an endpoint that is there to hand the value out."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_MOST_WORDS = 3


def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, without its digits: `userPassword1` -> `user`, `password`."""
    return tuple(match.lower() for match in _WORD.findall(name))


@cache
def secret(name: str) -> Secret | None:
    """What a name says about its value, if it is a secret."""
    parts = words(name)
    whole = NAMES.get(" ".join(parts))
    if whole is not None or not parts or parts[0] in HARMLESS_BEFORE:
        return whole
    found = next((ENDINGS[end] for end in _endings(parts) if end in ENDINGS), None)
    return found._replace(handed_out=True) if found is not None and parts[0] in MADE_UP else found


def _endings(parts: tuple[str, ...]) -> Iterator[str]:
    for size in range(min(_MOST_WORDS, len(parts)), 0, -1):
        yield " ".join(parts[-size:])
