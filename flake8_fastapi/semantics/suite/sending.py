"""Which calls of a test send a request, by which client, by which method and to which URL.

A call of something unknown that is named like a client, with something like a path, may be a request too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_fastapi.knowledge import suites
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.facts import Call, Value
from flake8_fastapi.semantics.suite import clients, reading, servers
from flake8_fastapi.semantics.suite.clients import Client
from flake8_fastapi.semantics.things import Bound, ClassThing, Frame, Instance, Library, Partial, Thing, library_name
from flake8_fastapi.semantics.values import Evaluator

_PLACES = {"get": 0, "request": 1, "stream": 1, "websocket_connect": 0, "open": 0}
"""The place of the URL in the calls of clients; in all others as in `get`."""


class Sent(NamedTuple):
    """A call that sends a request."""

    client: Client
    methods: frozenset[str] | None
    """Upper case; `WEBSOCKET` for a websocket; None if unknown."""
    url: Value
    """As it is written; `facts.UNKNOWN` where it is not in sight."""


def request_of(ev: Evaluator, call: Call, frame: Frame) -> Sent | None:
    """The request that a call sends; None if it sends none by itself."""
    callees = ev.evaluate(call.func, frame)
    found = [sent for callee in callees if (sent := _sent(ev, callee, call, frame)) is not None]
    found = found or list(_unresolved(ev, call, frame))
    if not found:
        return None
    client = clients.merged(sent.client for sent in found)
    methods = [sent.methods for sent in found]
    known = frozenset(method for each in methods if each is not None for method in each)
    return Sent(client or clients.UNKNOWN, None if None in methods else known, found[0].url)


# -- calls of clients


def _sent(ev: Evaluator, callee: Thing, call: Call, frame: Frame) -> Sent | None:
    """The request that calling a thing sends."""
    if isinstance(callee, Partial):
        return _partial(ev, callee, call, frame)
    name = library_name(callee)
    parent, _, last = name.rpartition(".")
    if isinstance(callee, Bound):
        client = (
            clients.of_thing(ev, callee.owner) if last in _SENDING and _is_method(ev, callee.owner, parent) else None
        )
        return _by(ev, client, last, call, frame, callee.owner) if client is not None else None
    if name in suites.SOCKETS:
        place = suites.SOCKETS[name]
        written = call.argument(place, "client") if place is not None else None
        by = clients.of(ev, written, frame) if written is not None else clients.LIVE
        return _checked(
            ev, by or clients.UNKNOWN, frozenset({suites.WEBSOCKET}), call.argument(0, "url", "uri"), call, frame
        )
    if parent in suites.FUNCTIONS and last in _SENDING:
        return _by(ev, clients.LIVE, last, call, frame, None)
    return None


def _is_method(ev: Evaluator, owner: Thing, cls: str) -> bool:
    """Whether a method of this class is one of the object itself, not of a part of it: `client.cookies.get(…)`."""
    return isinstance(owner, Instance) and cls in classes.library_types(ev, owner.type)


def _partial(ev: Evaluator, callee: Partial, call: Call, frame: Frame) -> Sent | None:
    """The request of `partial(client.get, url)()`."""
    first, where = callee.made
    # Outside functions, a value is the same wherever the file asks.
    is_here = where == frame or (where.path == frame.path and where.function == facts.MODULE)
    args = (*first.args[1:], *(call.args if is_here else ()))
    given = Call(call.func, args, (*first.keywords, *call.keywords), call.start, call.end)
    found = _sent(ev, callee.function, given, frame if is_here else where)
    return found if found is None or is_here else found._replace(url=facts.UNKNOWN)


_SENDING = frozenset({*suites.VERBS, "request", "stream", "websocket_connect", "send", "open"})


def _by(ev: Evaluator, client: Client, method: str, call: Call, frame: Frame, owner: Thing | None) -> Sent | None:
    """The request that a method of a client sends."""
    if method == "send":
        return _prepared(ev, client, call, frame)
    methods = _methods(ev, method, call, frame)
    url = call.argument(_PLACES.get(method, 0), "url", "path")
    if owner is not None and method != "request" and _rewrites(ev, owner):
        url = facts.UNKNOWN
    return _checked(ev, client, methods, url, call, frame)


def _methods(ev: Evaluator, method: str, call: Call, frame: Frame) -> frozenset[str] | None:
    if method in suites.VERBS:
        return frozenset({suites.VERBS[method]})
    if method == "websocket_connect":
        return frozenset({suites.WEBSOCKET})
    written = call.argument(None if method == "open" else 0, "method")
    if written is None:
        return frozenset({"GET"}) if method == "open" and not call.open else None
    return _named(ev, written, frame)


def _named(ev: Evaluator, written: Value, frame: Frame) -> frozenset[str] | None:
    """The methods that a text names."""
    found = [text[0] if len(text) == 1 else None for text in reading.texts(ev, written, frame)]
    names = [each.upper() for each in found if isinstance(each, str)]
    return frozenset(names) if names and len(names) == len(found) else None


def _prepared(ev: Evaluator, client: Client, call: Call, frame: Frame) -> Sent | None:
    """`client.send(request)`, with `request = client.build_request("GET", url)` in the same function."""
    written = call.argument(0, "request")
    request = ev.certain(written, frame) if written is not None else None
    made = request.made if isinstance(request, Instance) else None
    if made is None or made.frame != frame:
        return Sent(client, None, facts.UNKNOWN)
    return _checked(
        ev, client, _methods(ev, "request", made.call, frame), made.call.argument(1, "url"), made.call, frame
    )


def _checked(
    ev: Evaluator, client: Client, methods: frozenset[str] | None, url: Value | None, call: Call, frame: Frame
) -> Sent | None:
    """The request, unless it certainly goes to a server of others."""
    if url is None:
        return Sent(client, methods, facts.UNKNOWN) if call.open else None
    if client.is_live and not servers.is_own(ev, url, frame):
        return None
    return Sent(client, methods, url)


def _rewrites(ev: Evaluator, owner: Thing) -> bool:
    """Whether a class of the project gives its clients a `request` of their own that may change the URL."""
    cls = owner.type if isinstance(owner, Instance) else None
    method = classes.method(ev, cls, "request") if isinstance(cls, ClassThing) else None
    function = ev.function(method) if method is not None else None
    if function is None:
        return False
    url = next((each for each in function.parameters if each.index == 2 or each.kind == "args"), None)
    if url is None or len(function.locals.get(url.name, ())) > 1 or (url.name, "*") in function.changed:
        return True
    inner = [site.value for site in function.sites if isinstance(site.value, Call)]
    passed = [call for call in inner if getattr(call.func, "name", "") == "request"]
    return not passed or not all(_passes(call, url) for call in passed)


def _passes(call: Call, url: facts.Parameter) -> bool:
    """Whether a call hands on a URL, or the arguments among which it is, as it is."""
    if url.kind == "args":
        written = next((each.of for each in call.args[:2] if isinstance(each, facts.Starred)), None)
    else:
        written = call.argument(1, "url")
    return isinstance(written, facts.Local) and written.name == url.name


# -- what is not resolved


def _unresolved(ev: Evaluator, call: Call, frame: Frame) -> Iterator[Sent]:
    """The request that a call of something unknown may send."""
    func = call.func
    if isinstance(func, Call) and len(func.args) >= 2 and ev.certain(func.func, frame) == Library("builtins.getattr"):
        # `getattr(client, method)(url)`
        client = clients.of(ev, func.args[0], frame) or clients.named(func.args[0])
        url = call.argument(0, "url")
        if client is not None and (client.kind != "unknown" or _may_be_path(ev, url, call, frame)):
            sent = _checked(ev, client, _named(ev, func.args[1], frame), url, call, frame)
            if sent is not None:
                yield sent
    elif isinstance(func, Call) and library_name(ev.certain(func.func, frame)) == suites.METHOD_CALLER:
        yield from _called_by_name(ev, func, call, frame)
    elif isinstance(func, facts.Attribute) and func.name in _SENDING - {"send", "open"}:
        url = call.argument(_PLACES.get(func.name, 0), "url")
        holders = ev.evaluate(func.of, frame)
        is_path = url is not None and not holders and not _is_part(func.of) and _is_path(ev, url, frame)
        named = clients.named(func.of, is_path) if all(clients.says_nothing(thing) for thing in holders) else None
        if named is not None and _may_be_path(ev, url, call, frame):
            yield Sent(named, _methods(ev, func.name, call, frame), url or facts.UNKNOWN)


def _called_by_name(ev: Evaluator, caller: Call, call: Call, frame: Frame) -> Iterator[Sent]:
    """`methodcaller("get", url)(client)`"""
    name = ev.literal(caller.args[0], frame) if caller.args else None
    client = clients.of(ev, call.args[0], frame) if call.args else None
    if client is not None and isinstance(name, str) and name in _SENDING:
        given = Call(caller.func, caller.args[1:], caller.keywords, caller.start, caller.end)
        sent = _by(ev, client, name, given, frame, None)
        if sent is not None:
            yield sent


def _is_part(value: Value) -> bool:
    """Whether it is a part of another object, `client.agents`, and no attribute of `self`."""
    return isinstance(value, facts.Attribute) and getattr(value.of, "name", "") not in ("self", "cls")


def _may_be_path(ev: Evaluator, url: Value | None, call: Call, frame: Frame) -> bool:
    """Whether what an unknown client is handed may be a URL: a text that is none says that it is another thing."""
    if url is None:
        return call.open
    firsts: list[object] = [text[0] if text else "" for text in reading.texts(ev, url, frame)]
    return any(not isinstance(first, str) or first.startswith("/") or "://" in first for first in firsts)


def _is_path(ev: Evaluator, url: Value, frame: Frame) -> bool:
    """Whether a text certainly is a path."""
    return all(text and isinstance(text[0], str) and text[0].startswith("/") for text in reading.texts(ev, url, frame))
