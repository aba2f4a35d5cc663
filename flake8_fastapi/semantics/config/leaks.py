"""Secrets that the file at hand writes out, each once and where it is written."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import secrets
from flake8_fastapi.knowledge.secrets import Kind
from flake8_fastapi.semantics import facts
from flake8_fastapi.semantics.code import start
from flake8_fastapi.semantics.config import literals, names, refusals
from flake8_fastapi.semantics.config.literals import Literals, Written
from flake8_fastapi.semantics.facts import Position
from flake8_fastapi.semantics.file import File
from flake8_fastapi.semantics.nodes import last_name
from flake8_fastapi.semantics.things import library_name

_USERS = frozenset(name.rpartition(".")[2] for name in (*secrets.KEYS, *secrets.COMPARING)) | {
    "add_middleware",
    "Middleware",
}


class Leak(NamedTuple):
    """A secret in the code."""

    position: Position
    name: str
    """Beside which it stands; empty if there is none."""
    kind: Kind
    text: str
    node: ast.expr
    shape: str | None = None
    """The well-known kind of token that it is."""
    way: Literal["written", "compared", "key"] = "written"
    user: str = ""
    """What takes it as its key."""
    module: str = ""
    """The other module that writes it."""


def of(file: File) -> Iterator[Leak]:
    """The secrets of a file, in the order of the source."""
    extent = literals.extent(file)
    if extent == "nothing" or not literals.may_have_secrets(file):
        return
    found = literals.of(file)
    places: dict[Position, Leak] = {}
    for leak in (*_written(file, found), *_keys(file, found), *_compared(file, found), *_shaped(file, found)):
        places.setdefault(leak.position, leak)
    told: set[str] = set()
    for _, leak in sorted(places.items(), key=lambda item: item[0]):
        if leak.text in told or (extent == "certain" and not _is_real(leak)):
            continue
        if _is_kept_out(file, leak):
            continue
        told.add(leak.text)
        yield leak


def _is_real(leak: Leak) -> bool:
    return leak.shape is not None or names.is_random(leak.text)


def _is_kept_out(file: File, leak: Leak) -> bool:
    """Whether a text is shown to readers, or the project does not run with it."""
    if literals.is_shown(file, leak.node) or (not _is_real(leak) and literals.is_for_development(file, leak.node)):
        return True
    return leak.kind in ("signing", "password", "database") and refusals.is_refused(file, leak.text, leak.name)


# -- beside a name


def _written(file: File, found: Literals) -> Iterator[Leak]:
    for each in found.written:
        kind = names.kind(each.name)
        text = literals.text(file, each.node) if kind is not None else None
        if kind is None or not text or not names.is_given_away(each.name, text) or not _is_meant(each, kind, text):
            continue
        if each.place == "field" and (literals.is_member(file, each.node) or literals.is_setting(file, each.node)):
            continue
        yield Leak(start(each.node), each.name, kind, text, each.node, names.shape(text))


def _is_meant(written: Written, kind: Kind, text: str) -> bool:
    """Whether a text beside a name is its value: that of a keyword or item may say something about the field."""
    if written.place in ("assigned", "field"):
        return True
    if names.is_name_of_field(text) or " " in text or " " in written.name or names.is_for_development(text):
        return False
    if kind == "signing" and written.place != "parameter" and names.is_specific(written.name):
        return names.is_like_password(text) or not (text.isalpha() and text.islower())
    return kind not in ("signing", "password", "database") or names.is_like_password(text)


# -- the keys of libraries


def _keys(file: File, found: Literals) -> Iterator[Leak]:
    called = _USERS | set(_aliases(file))
    for call in found.calls:
        if last_name(call.func) not in called:
            continue
        user = library_name(file.source.thing(call.func))
        if last_name(call.func) == "add_middleware" or user.rpartition(".")[2] == "Middleware":
            user = library_name(file.source.thing(call.args[0])) if call.args else ""
        if user in secrets.COMPARING:
            yield from _digests(file, found, call)
        key = _key(call, user)
        if key is not None:
            yield from _key_leaks(file, found, key, user)


def _aliases(file: File) -> Iterator[str]:
    """What the file calls the functions and classes that take keys."""
    for name, bindings in file.facts.names.items():
        if any(isinstance(each, facts.Import) and each.name in _USERS for each in bindings):
            yield name


def _key(call: ast.Call, user: str) -> ast.expr | None:
    if user not in secrets.KEYS:
        return None
    place, keyword = secrets.KEYS[user]
    written = next((each.value for each in call.keywords if each.arg == keyword), None)
    if written is not None or place is None or place >= len(call.args):
        return written
    return call.args[place] if not any(isinstance(arg, ast.Starred) for arg in call.args) else None


def _key_leaks(file: File, found: Literals, key: ast.expr, user: str) -> Iterator[Leak]:
    text = literals.known_text(file, key)
    if not text or names.is_placeholder(text) or text.startswith("-----BEGIN PUBLIC"):
        return
    short = ".".join(user.split(".")[-2:]) if user.endswith(("code", "sign", "verify")) else user.rpartition(".")[2]
    yield from _at_origin(file, found, key, text, short)


def _at_origin(file: File, found: Literals, key: ast.expr, text: str, user: str) -> Iterator[Leak]:
    """The leak where the text is written, if that is in this file; else where it is used."""
    name = last_name(key)
    shape = names.shape(text)
    if not name:
        if literals.text(file, key) is not None:
            yield Leak(start(key), "", "signing", text, key, shape, "key", user)
        return
    home = [each for each in found.written if each.name == name and literals.text(file, each.node) == text]
    if home:
        yield Leak(start(home[-1].node), name, "signing", text, home[-1].node, shape, "key", user)
        return
    module, original = _imported(file, key)
    if module and not names.is_given_away(original, text):
        yield Leak(start(key), original, "signing", text, key, shape, "key", user, module)


def _imported(file: File, node: ast.expr) -> tuple[str, str]:
    """The other module that a variable comes from, and its name there."""
    value = file.source.value(node)
    if isinstance(value, facts.Attribute):
        binding, name = _binding(file, value.of), value.name
        path = _path(file, binding) if binding is not None else None
    else:
        binding = _binding(file, value)
        name = binding.name or "" if binding is not None else ""
        path = file.ev.files.module(file.path, binding.module, binding.level) if binding is not None else None
    return (os.path.basename(path), name) if path is not None and path.endswith(".py") and name else ("", "")


def _binding(file: File, value: facts.Value) -> facts.Import | None:
    bindings = file.facts.names.get(value.name, ()) if isinstance(value, facts.Name) else ()
    return bindings[0] if len(bindings) == 1 and isinstance(bindings[0], facts.Import) else None


def _path(file: File, binding: facts.Import) -> str | None:
    name = f"{binding.module}.{binding.name}" if binding.name and binding.module else binding.name or binding.module
    return file.ev.files.module(file.path, name, binding.level)


# -- comparisons


def _digests(file: File, found: Literals, call: ast.Call) -> Iterator[Leak]:
    """`secrets.compare_digest(credentials.password, "…")`"""
    if len(call.args) != 2:
        return
    for given, other in (call.args, reversed(call.args)):
        name = _name_in(other)
        text = literals.known_text(file, given)
        if not text or names.is_placeholder(text) or not names.mentions_secret(name, last_name(given)):
            continue
        for leak in _at_origin(file, found, given, text, ""):
            yield leak._replace(name=name or leak.name, kind="password", way="compared")


def _name_in(node: ast.expr) -> str:
    """The name of what a value is made of: `credentials.password.encode("utf8")`."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return last_name(node)


def _compared(file: File, found: Literals) -> Iterator[Leak]:
    for node in found.compared:
        if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            continue
        for side, other in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
            text = literals.decoded(side.value) if isinstance(side, ast.Constant) else None
            name = _name_in(other)
            kind = names.kind(name) if text else None
            if text and kind is not None and _lets_in(file, node, name, kind, text):
                yield Leak(start(side), name, kind, text, side, names.shape(text), "compared")


def _lets_in(file: File, node: ast.Compare, name: str, kind: Kind, text: str) -> bool:
    """Whether who gives this text gets in: it is a password, or any other is turned away."""
    if names.is_placeholder(text):
        return False
    is_refused = any(True for _ in _raised(file, node))
    if names.is_dummy(text) or names.names_itself(name, text):
        return isinstance(node.ops[0], ast.NotEq) and _is_answered(file, node) and " " not in text
    if is_refused:
        return isinstance(node.ops[0], ast.NotEq)
    if kind in ("password", "database", "signing"):
        return names.is_like_password(text)
    return names.is_random(text) or names.shape(text) is not None


def _is_answered(file: File, node: ast.Compare) -> bool:
    """`if token != "…": raise HTTPException(…)`"""
    made = (each.exc for each in _raised(file, node) if isinstance(each, ast.Raise))
    things = (file.source.thing(each.func) for each in made if isinstance(each, ast.Call))
    return any(library_name(thing).endswith("HTTPException") for thing in things)


def _raised(file: File, node: ast.Compare) -> Iterator[ast.Raise | ast.Assert]:
    """The errors in which a condition on the comparison ends."""
    for around in file.source.ancestors(node):
        if isinstance(around, ast.If):
            parts = (part for statement in around.body for part in ast.walk(statement))
            yield from (part for part in parts if isinstance(part, ast.Raise))
            return
        if isinstance(around, ast.stmt):
            yield from (each for each in (around,) if isinstance(each, ast.Assert))
            return


# -- well-known tokens


def _shaped(file: File, found: Literals) -> Iterator[Leak]:
    for node in found.texts:
        text = node.value if isinstance(node.value, str) else ""
        shape = names.shape(text.removeprefix("Bearer ").strip())
        if shape is not None:
            yield Leak(start(node), "", "token", text, node, shape)
