"""Comparisons of secrets with `==`: what is compared, and whether the client knows one side of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import tokens as tables
from flake8_fastapi.knowledge.sensitive import words
from flake8_fastapi.semantics import facts, hints
from flake8_fastapi.semantics.code import Code, start
from flake8_fastapi.semantics.config import environment, names, settings
from flake8_fastapi.semantics.credentials import presented
from flake8_fastapi.semantics.effects import written
from flake8_fastapi.semantics.facts import Position, Value, last_name
from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.reached import by_request
from flake8_fastapi.semantics.security import limits
from flake8_fastapi.semantics.things import Frame, library_name

_WORD = re.compile(
    rb"secret|token|key|passw|pwd|signature|digest|hmac|auth|credential|expected|computed|hash", re.IGNORECASE
)
_SIGNED = re.compile(r"sig|hmac|digest|hash|token|mac|expected|received|provided|header|csrf", re.IGNORECASE)
_QUALIFIERS = frozenset(
    {"actual", "configured", "correct", "current", "env", "expected", "required", "stored", "valid"}
)
"""Words that say which of two values a name means."""
_DEPTH = 6


class Compared(NamedTuple):
    """A comparison of a secret with what a client sent."""

    position: Position
    kind: Literal["secret", "signature"]
    name: str
    """The secret, or the digest, as written."""


def of(function: Function) -> Iterator[Compared]:
    """The comparisons of secrets in a function that serves requests."""
    if not _may_compare(function):
        return
    code = function.code
    for node in code.own if code is not None else ():
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            assert code is not None
            found = _compared(function, code, node)
            if found is not None:
                yield found


def _may_compare(function: Function) -> bool:
    """Whether a line of the function compares something that sounds like a secret. Cheap."""
    if not function.facts.lines:
        return False
    first = function.position.line
    return any(first <= line < first + function.facts.lines for line in _lines(function))


def _lines(function: Function) -> tuple[int, ...]:
    """The lines of the file that compare something that sounds like a secret."""
    path = function.thing.path
    text = function.project.files.text(path)
    known: tuple[bytes | None, tuple[int, ...]] | None = function.project.memo.get(__name__)
    if known is not None and known[0] is text:
        return known[1]
    lines = text.split(b"\n") if text is not None and not function.project.files.is_test(path) else ()
    found = tuple(number for number, line in enumerate(lines, 1) if _sounds_so(line))
    function.project.memo[__name__] = text, found
    return found


def _sounds_so(line: bytes) -> bool:
    return (b"==" in line or b"!=" in line) and _WORD.search(line) is not None


def _compared(function: Function, code: Code, node: ast.Compare) -> Compared | None:
    sides = [(code.source.value(each), each) for each in (node.left, node.comparators[0])]
    for (value, own), (other, theirs) in (sides, sides[::-1]):
        if isinstance(theirs, ast.Constant) or isinstance(own, ast.Constant):
            return None
        if _is_mac(function, value, function.frame, _DEPTH) and _may_be_signature(function, other):
            return Compared(start(node), "signature", _shown(value))
        name = _secret(function, value, function.frame)
        if name and _is_presented(function, other) and not _is_compared_before(function, other, name):
            return Compared(start(node), "secret", name)
    return None


def _shown(value: Value) -> str:
    return written(value) or "digest"


# -- signatures


def _is_mac(function: Function, value: Value, frame: Frame, depth: int) -> bool:
    """Whether a value certainly is a message authentication code that the service computed, or text with one in it."""
    if depth == 0:
        return False
    ev = function.ev
    if isinstance(value, facts.Local):
        bindings = ev.bindings(value, frame)
        return bool(bindings) and all(_is_mac(function, each, frame, depth - 1) for each in bindings)
    if isinstance(value, facts.Text):
        return any(_is_mac(function, each, frame, depth - 1) for each in value.parts)
    if isinstance(value, facts.Operation):
        return any(_is_mac(function, each, frame, depth - 1) for each in (value.left, value.right))
    if not isinstance(value, facts.Call):
        return False
    name = library_name(ev.certain(value.func, frame))
    if name in tables.MAC_FUNCTIONS:
        return True
    if name in tables.ENCODERS and value.args:
        return _is_mac(function, value.args[0], frame, depth - 1)
    if not isinstance(value.func, facts.Attribute):
        return False
    if value.func.name in tables.DIGESTS:
        return _is_mac_object(function, value.func.of, frame)
    return value.func.name in ("decode", "lower", "upper", "hex") and _is_mac(function, value.func.of, frame, depth - 1)


def _is_mac_object(function: Function, value: Value, frame: Frame) -> bool:
    if isinstance(value, facts.Local):
        bindings = function.ev.bindings(value, frame)
        return (
            len(bindings) == 1 and isinstance(bindings[0], facts.Call) and _is_mac_object(function, bindings[0], frame)
        )
    return isinstance(value, facts.Call) and library_name(function.ev.certain(value.func, frame)) in tables.MACS


def _may_be_signature(function: Function, other: Value) -> bool:
    """Whether the other side is what somebody sent: by where it comes from, or by what it is called."""
    if presented.by_client(function.project, other, function.frame):
        return True
    return _SIGNED.search(last_name(other) or written(other)) is not None and not _is_mac(
        function, other, function.frame, _DEPTH
    )


# -- secrets


def _secret(function: Function, value: Value, frame: Frame, depth: int = _DEPTH) -> str:
    """The name of the secret of the service that a value certainly is; empty for anything else."""
    ev = function.ev
    if depth == 0:
        return ""
    if isinstance(value, facts.Call) and isinstance(value.func, facts.Attribute) and value.func.name in (
        "get_secret_value", "encode", "strip",
    ):  # fmt: skip
        return _secret(function, value.func.of, frame, depth - 1)
    if isinstance(value, (facts.Text, facts.Operation)):
        parts = value.parts if isinstance(value, facts.Text) else (value.left, value.right)
        return next((name for each in parts if (name := _secret(function, each, frame, depth - 1))), "")
    if isinstance(value, facts.Local):
        bindings = ev.bindings(value, frame)
        return _secret(function, bindings[0], frame, depth - 1) if len(bindings) == 1 else ""
    read = environment.read(ev, value, frame)
    if read is not None:
        return read.name if read.name is not None and _is_secret(read.name) else ""
    if not isinstance(value, (facts.Name, facts.Attribute)):
        return ""
    if _is_setting(function, value, frame):
        return written(value) if _is_secret(value.name) else ""
    found = _defined(function, value, frame)
    if found is None:
        return ""
    if isinstance(found[0], facts.Attribute) and _is_setting(function, *found):
        return written(value) if _is_secret(found[0].name) else ""
    called = [read.name or "" for read in environment.readings(ev, *found)]
    return written(value) if called and any(_is_secret(name) for name in (value.name, *called)) else ""


def _defined(function: Function, value: Value, frame: Frame) -> tuple[Value, Frame] | None:
    """What a global is bound to, in the module that makes it."""
    found = hints.definition(function.ev, value, frame)
    for _ in range(_DEPTH):
        following = hints.definition(function.ev, *found) if found is not None else None
        if following is None:
            break
        found = following
    return found


def _is_setting(function: Function, value: Value, frame: Frame) -> bool:
    of = value.of if isinstance(value, facts.Attribute) else None
    return of is not None and settings.class_of(function.ev, function.ev.certain(of, frame)) is not None


def _is_secret(name: str) -> bool:
    kept = [word for word in words(name) if word not in _QUALIFIERS]
    return names.is_secret("_".join(kept)) and "hash" not in kept


def _is_presented(function: Function, other: Value) -> bool:
    """Whether a value is what the client sent, or a parameter that sounds so, of a helper that serves requests."""
    if presented.by_client(function.project, other, function.frame):
        return True
    bindings = function.ev.bindings(other, function.frame) if isinstance(other, facts.Local) else ()
    if len(bindings) != 1 or not isinstance(bindings[0], facts.Parameter) or function.registrations:
        return False
    return _SENT.search(bindings[0].name) is not None and by_request(function) is not None


def _is_compared_before(function: Function, other: Value, name: str) -> bool:
    """Whether the dependency that hands a value on knows the secret: what it lets through has been compared there."""
    project = function.project
    handing = presented.handed_by(project, other, function.frame)
    secret = name.rpartition(".")[2].encode()
    functions = (each.function for each in handing.walk()) if handing is not None else ()
    return any(each is not None and secret in limits.text_of(project, each) for each in functions)


_SENT = re.compile(
    r"token|key|secret|password|passwd|credential|authorization|header|signature|provided", re.IGNORECASE
)
