"""What a name and the text beside it say: a secret, a stand-in for one, or something that only sounds like it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from flake8_fastapi.knowledge import secrets
from flake8_fastapi.knowledge.secrets import Kind
from flake8_fastapi.knowledge.sensitive import words

_MOST_WORDS = 3
_MOST_WORDS_OF_KEY = 8
"""A key may be a sentence; a longer one is a message."""
_LONGEST = 4_000
"""A text beyond this is no token."""
_LONGEST_PLACEHOLDER = 300
_PLACEHOLDER = re.compile(secrets.PLACEHOLDER_PATTERN, re.DOTALL)
_DUMMY = re.compile(secrets.DUMMY_PATTERN)
_REFERENCE = re.compile(secrets.REFERENCE_PATTERN)
_PRIVATE_KEY = re.compile(secrets.PRIVATE_KEY_PATTERN)
_SHAPES = re.compile("|".join(f"(?P<s{number}>{pattern})" for number, pattern in enumerate(secrets.SHAPES.values())))
_SHAPE_NAMES = tuple(secrets.SHAPES)
_BESIDE = re.compile(secrets.BESIDE_PATTERN)
_RUN = re.compile(r"[A-Za-z0-9+/=]+")
_MADE_UP = re.compile(r"(.)\1{5}|0123456|123456789|abcdefgh|example|sample|JBSWY3DPEHPK3PX", re.IGNORECASE)
"""What no generator writes: a long repetition, a count, a word."""


@cache
def kind(name: str) -> Kind | None:
    """What stands beside a name, if it is a secret."""
    parts = words(name)
    if not parts or parts[0] in secrets.HARMLESS_FIRST or not secrets.HARMLESS_WORDS.isdisjoint(parts):
        return None
    for size in range(min(_MOST_WORDS, len(parts)), 0, -1):
        found = secrets.ENDINGS.get(" ".join(parts[-size:]))
        if found is not None:
            return _closer(found, parts[:-size])
    return None


def _closer(found: Kind, before: tuple[str, ...]) -> Kind | None:
    if found == "secret" and (not before or before[-1] in secrets.OWN):
        return "signing"
    if found == "password" and not secrets.SERVICES.isdisjoint(before):
        return "database"
    if found == "token" and before and before[-1] in secrets.TEXT_TOKENS:
        return None
    return found


def may_stand_in(source: str) -> bool:
    """Whether the text of a module may have a secret in it: the cheap question."""
    lower = source.lower()
    if any(word in lower for word in secrets.MENTIONS) and _BESIDE.search(lower) is not None:
        return True
    return any(mark in source for mark in secrets.MARKS)


def is_secret(name: str) -> bool:
    """Whether what stands beside a name is a secret."""
    return kind(name) is not None


@cache
def shape(text: str) -> str | None:
    """The well-known kind of token that a text is by its format."""
    if not 16 <= len(text) <= _LONGEST:
        return None
    if text.startswith("-----BEGIN"):
        return "private key" if _PRIVATE_KEY.match(text) is not None else None
    found = _SHAPES.fullmatch(text)
    if found is None or found.lastgroup is None or _MADE_UP.search(text) is not None or is_placeholder(text):
        return None
    if any(known in text.lower() for known in secrets.PUBLISHED):
        return None
    return _SHAPE_NAMES[int(found.lastgroup[1:])]


def is_placeholder(text: str) -> bool:
    """Whether a text is filled in by somebody, hides a value, or is blank: `{password}`, `<token>`, `***`."""
    return _PLACEHOLDER.fullmatch(text[:_LONGEST_PLACEHOLDER]) is not None


def is_dummy(text: str) -> bool:
    """Whether a text asks for the real value or says that none is needed: `your-api-key`, `not-needed`, `ollama`."""
    lower = text.strip().lower()
    return lower in secrets.DUMMIES or _DUMMY.search(lower) is not None


def is_local_password(text: str) -> bool:
    """Whether a text is the password with which a database starts on a developer's machine."""
    return text.lower() in secrets.LOCAL_PASSWORDS


def is_reference(text: str) -> bool:
    """Whether a text says where a value is: an address, a file, the name of a variable or a header."""
    return _REFERENCE.fullmatch(text) is not None


def names_itself(name: str, text: str) -> bool:
    """Whether a text is the name of a field rather than its value: `PASSWORD = "password"`, `KEY = "api_key"`."""
    said, known = words(text), words(name)
    if not said or not secrets.MADE.isdisjoint(said) or not _is_identifier(text.replace(" ", "_")):
        return False
    shorter, longer = sorted((said, known), key=len)
    return longer[-len(shorter) :] == shorter or longer[: len(shorter)] == shorter or set(said) <= set(known)


def is_name_of_field(text: str) -> bool:
    """Whether a text is what a secret is called: `{"pwd": "password"}`."""
    return is_secret(text) and _is_identifier(text)


def _is_identifier(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z][A-Za-z_.:-]*", text) is not None


def is_random(text: str) -> bool:
    """Whether a text looks as if a generator had made it."""
    if not 16 <= len(text) <= _LONGEST or any(character.isspace() for character in text):
        return False
    if _MADE_UP.search(text) is not None or not secrets.SPOKEN.isdisjoint(words(text)):
        return False
    return any(_is_mixed(run) for run in _runs(text))


def _runs(text: str) -> Iterator[str]:
    return (match[0] for match in _RUN.finditer(text) if len(match[0]) >= 12)


def _is_mixed(run: str) -> bool:
    if sum(character.isdigit() for character in run) < 2 or not any(character.isalpha() for character in run):
        return False
    return _entropy(run) >= 2.8


def _entropy(text: str) -> float:
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def mentions_secret(*written: str) -> bool:
    """Whether one of the names has a word of a secret in it, and none that of a digest: `correct_password_bytes`."""
    found = {word for name in written for word in words(name)}
    return not secrets.SECRET_WORDS.isdisjoint(found) and secrets.DIGEST_WORDS.isdisjoint(found)


def is_for_development(name: str) -> bool:
    """Whether a name has a word of what is not there for production: `DevSettings`, `is_debug`."""
    return not secrets.DEVELOPMENT.isdisjoint(words(name))


def is_given_away(name: str, text: str) -> bool:
    """Whether a constant beside a name is a secret, not the name of a field or a place where the secret is found."""
    if names_itself(name, text) and not _is_short_form(name, text):
        return False
    if is_reference(text) or text.lower() in secrets.FIELD_TYPES:
        return False
    found = kind(name)
    if found in ("password", "database", "signing") and _is_prose(text) and not is_random(text):
        return found == "signing" and len(text.split()) <= _MOST_WORDS_OF_KEY
    return is_usable(found, text)


def is_usable(found: Kind | None, text: str) -> bool:
    """Whether a text opens something as a secret of this kind."""
    if found is None or is_placeholder(text) or len(text) > _LONGEST or text.lower() in secrets.SWITCHES:
        return False
    if found == "signing":
        return True
    if is_dummy(text):
        return False
    if found in ("password", "database"):
        return not is_local_password(text)
    is_public = text.startswith(secrets.PUBLIC_PREFIXES)
    return shape(text) is not None or (is_random(text) and not is_public and not is_reference(text))


def works_as_default(found: Kind, text: str) -> bool:
    """The same for a text that certainly is the value. A short key or token may be one that the project gives out."""
    if is_usable(found, text):
        return True
    if found in ("signing", "password", "database") or is_placeholder(text) or is_dummy(text) or is_reference(text):
        return False
    if text.startswith(secrets.PUBLIC_PREFIXES):
        return False
    is_mixed = any(character.isdigit() for character in text) and any(character.isalpha() for character in text)
    return is_mixed and len(text) >= 8 and is_like_password(text) and _MADE_UP.search(text) is None


def is_specific(name: str) -> bool:
    """Whether a name says more of a secret than that it is one: `secret_key`, `jwt_secret`."""
    return len(words(name)) > 1


def is_like_password(text: str) -> bool:
    """Whether a text can hardly be anything else than a password, whatever stands beside it."""
    if is_random(text) or not secrets.WEAK.isdisjoint(words(text)):
        return True
    return any(not character.isalpha() and character not in "_.- " for character in text) and " " not in text


def _is_short_form(name: str, text: str) -> bool:
    """`SECRET_KEY = "secret"`: what a field of that name would not be called."""
    return kind(name) == "signing" and text.islower() and len(words(text)) < len(words(name))


def _is_prose(text: str) -> bool:
    return len(text.split()) > 2
