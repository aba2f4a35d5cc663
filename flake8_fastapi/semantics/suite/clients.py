"""Clients: which calls of a test send a request, by which client, and to which application.

A client is known by its class, however it came here: made on the spot, by a fixture or factory, as an attribute of the
test's class, or by a subclass of the project. A call of something unknown that is named like a client, with something
like a path, may be a request too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from flake8_fastapi.knowledge import framework, suites
from flake8_fastapi.semantics import arguments, classes, facts
from flake8_fastapi.semantics.facts import Call, FunctionFacts, Value
from flake8_fastapi.semantics.suite import reading, servers, targets
from flake8_fastapi.semantics.suite.kinds import ANYTHING, Target, Written
from flake8_fastapi.semantics.things import (
    Bound,
    ClassThing,
    Frame,
    Instance,
    Library,
    LiteralThing,
    Made,
    ModuleThing,
    Partial,
    Thing,
    library_name,
    only,
)
from flake8_fastapi.semantics.values import Evaluator

Kind = Literal["test", "async", "sync", "unknown"]
_KINDS: dict[str, Kind] = {"test": "test", "async": "async", "sync": "sync"}
_DEEPEST = 4
"""How many objects may stand around an application, or classes between a client and the library's."""
_PLACES = {"get": 0, "request": 1, "stream": 1, "websocket_connect": 0, "open": 0}
"""The place of the URL in the calls of clients; in all others as in `get`."""


class Client(NamedTuple):
    """What sends requests."""

    kind: Kind
    """`test` for the client that runs an application by itself, else whether its calls are awaited; `unknown` for
    something that is only named like a client."""
    app: Instance | None
    """The application that answers; None if that is unknown, or a server somewhere."""
    base_url: Target | None
    """The path below which it sends; None for none."""
    is_live: bool
    """It sends to a server, whose name is in the URL."""


class Sent(NamedTuple):
    """A call that sends a request."""

    client: Client
    methods: frozenset[str] | None
    """Upper case; `WEBSOCKET` for a websocket; None if unknown."""
    url: Value
    """As it is written; `facts.UNKNOWN` where it is not in sight."""


_UNKNOWN = Client("unknown", None, (ANYTHING,), False)
_LIVE = Client("sync", None, None, True)


def of(ev: Evaluator, value: Value, frame: Frame) -> Client | None:
    """The client that a value is; None if it is none, or that is unknown."""
    return _merged(of_thing(ev, thing) for thing in ev.evaluate(value, frame))


def of_thing(ev: Evaluator, thing: Thing) -> Client | None:
    """The client that a thing is; None if it is none."""
    kind = _kind(ev, thing)
    if kind is None or not isinstance(thing, Instance):
        return None
    made = _construction(ev, thing, _DEEPEST)
    if made is None:
        return Client(kind, None, None if kind == "test" else (ANYTHING,), False)
    call, frame = made
    base = _base(ev, call, frame, 1 if kind == "test" else None)
    if kind == "test" or call.keyword("app") is not None or call.keyword("application") is not None:
        return Client(kind, application(ev, call, frame), base, False)
    if _is_a(ev, thing, suites.ASYNC_TEST_CLIENT):
        return Client(kind, application(ev, call, frame), base, False)
    transport = call.keyword("transport")
    if transport is None:
        is_ours = call.keyword("base_url") is None or servers.is_own(ev, call.keyword("base_url"), frame)
        return Client(kind, None, base, not call.open) if is_ours else None
    return _transported(ev, kind, ev.certain(transport, frame), base)


def may_be(ev: Evaluator, value: Value, frame: Frame) -> bool:
    """Whether a value is a client, or something unknown that is named like one."""
    if of(ev, value, frame) is not None:
        return True
    return all(_says_nothing(thing) for thing in ev.evaluate(value, frame)) and _by_name(value) is not None


def application(ev: Evaluator, call: Call, frame: Frame) -> Instance | None:
    """The application that a call hands to a client or transport; None if that is unknown."""
    value = call.argument(0, "app", "application")
    return _application(ev, value, frame, _DEEPEST) if value is not None else None


def request_of(ev: Evaluator, call: Call, frame: Frame) -> Sent | None:
    """The request that a call sends; None if it sends none by itself."""
    callees = ev.evaluate(call.func, frame)
    found = [sent for callee in callees if (sent := _sent(ev, callee, call, frame)) is not None]
    found = found or list(_unresolved(ev, call, frame))
    if not found:
        return None
    client = _merged(sent.client for sent in found)
    methods = [sent.methods for sent in found]
    known = frozenset(method for each in methods if each is not None for method in each)
    return Sent(client or _UNKNOWN, None if None in methods else known, found[0].url)


def _says_nothing(thing: Thing) -> bool:
    """Whether it may be a client, for all that is known of it."""
    if isinstance(thing, Instance) and isinstance(thing.type, Library):
        # The annotation of a fixture of a plugin: a class of which the tables know nothing.
        name = thing.type.name
        return not name.startswith(suites.NO_PACKAGES) and not arguments.knows_type(name)
    return isinstance(thing, Written) or thing in (Thing(), LiteralThing(None))


# -- what a client is made of


def _kind(ev: Evaluator, thing: Thing) -> Kind | None:
    if not isinstance(thing, Instance):
        return None
    for name in classes.library_types(ev, thing.type):
        if name in suites.CLIENTS:
            return _KINDS[suites.CLIENTS[name]]
    return None


def _is_a(ev: Evaluator, thing: Instance, *names: str) -> bool:
    return classes.is_a(ev, thing.type, *names)


def _construction(ev: Evaluator, thing: Instance, depth: int) -> Made | None:
    """The call that gives a client of the library what it is made with: its own, or that of `super().__init__`."""
    if thing.made is None or depth == 0:
        return None
    init = classes.method(ev, thing.type, "__init__") if isinstance(thing.type, ClassThing) else None
    function = ev.function(init) if init is not None else None
    if init is None or function is None or not function.parameters:
        return thing.made
    frame = ev.frame_of(init, ((function.parameters[0].name, thing), *thing.env))
    for site in function.sites:
        call = site.value
        if isinstance(call, Call) and _is_super_init(call.func):
            return _handed_on(function, call, thing.made) or Made(call, frame)
    return None


def _handed_on(function: FunctionFacts, call: Call, made: Made) -> Made | None:
    """What `super().__init__(*args, **kwargs)` hands on of the call that makes the object; None if it adds to it."""
    own = made.call
    spread = [each for each in call.args if not isinstance(each, facts.Starred)]
    is_whole = any(key is None for key, _ in call.keywords) and not spread and not own.open
    if not is_whole or any(key in ("app", "transport", "base_url") for key, _ in call.keywords):
        return None
    names = {parameter.name for parameter in function.parameters}
    places = sum(parameter.kind == "positional" for parameter in function.parameters) - 1
    keywords = tuple((key, value) for key, value in own.keywords if key not in names)
    return Made(Call(own.func, own.args[places:], keywords, own.start, own.end), made.frame)


def _is_super_init(func: Value) -> bool:
    return isinstance(func, facts.Attribute) and func.name == "__init__" and isinstance(func.of, Call)


def _base(ev: Evaluator, call: Call, frame: Frame, place: int | None) -> Target | None:
    """The path of the base URL that a client is made with."""
    written = call.argument(place, "base_url")
    if written is None:
        return (ANYTHING,) if call.open and place is None else None
    found = reading.texts(ev, written, frame)
    path = targets.path_of(found[0]) if len(found) == 1 else (ANYTHING,)
    return path if path not in ((), ("/",)) else None


def _transported(ev: Evaluator, kind: Kind, transport: Thing | None, base: Target | None) -> Client | None:
    if isinstance(transport, Instance) and transport.made is not None:
        if _is_a(ev, transport, *suites.TRANSPORTS):
            made = _construction(ev, transport, _DEEPEST)
            return Client(kind, application(ev, *made) if made is not None else None, base, False)
        if isinstance(transport.type, Library):
            return None
    return Client(kind, None, base, False)


def _application(ev: Evaluator, value: Value, frame: Frame, depth: int) -> Instance | None:
    """The application that a value is, or that the middleware around it holds."""
    if depth == 0:
        return None
    # `import app.models` binds the name of the application too; the module is none.
    things = [thing for thing in ev.evaluate(value, frame) if not isinstance(thing, ModuleThing)]
    thing = only(tuple(things))
    if isinstance(thing, Written):
        return _application(ev, thing.value, thing.frame, depth - 1)
    if isinstance(thing, Bound) and library_name(thing).endswith(".app"):
        # `LifespanManager(app).app`, `TestClient(app).app`
        thing = thing.owner
    if not isinstance(thing, Instance):
        return None
    if _is_a(ev, thing, *framework.HOLDERS):
        return thing
    made = thing.made
    given = [*made.call.args, *(each for _, each in made.call.keywords)] if made is not None else []
    for each in given if made is not None else ():
        found = _application(ev, each, made.frame, depth - 1) if made is not None else None
        if found is not None:
            return found
    return None


def _merged(clients: Iterable[Client | None]) -> Client | None:
    """The one client that several are, what they do not have in common aside; None if one of them is none."""
    found = list(clients)
    known = [client for client in found if client is not None]
    if not known or len(known) < len(found):
        return None
    first, *others = known
    for other in others:
        first = Client(
            first.kind if first.kind == other.kind else "unknown",
            first.app if first.app == other.app else None,
            first.base_url if first.base_url == other.base_url else (ANYTHING,),
            first.is_live and other.is_live,
        )
    return first


# -- which calls send


def _sent(ev: Evaluator, callee: Thing, call: Call, frame: Frame) -> Sent | None:
    """The request that calling a thing sends."""
    if isinstance(callee, Partial):
        return _partial(ev, callee, call, frame)
    name = library_name(callee)
    parent, _, last = name.rpartition(".")
    if isinstance(callee, Bound):
        client = of_thing(ev, callee.owner) if last in _SENDING and _is_method(ev, callee.owner, parent) else None
        return _by(ev, client, last, call, frame, callee.owner) if client is not None else None
    if name in suites.SOCKETS:
        place = suites.SOCKETS[name]
        written = call.argument(place, "client") if place is not None else None
        by = of(ev, written, frame) if written is not None else _LIVE
        return _checked(ev, by or _UNKNOWN, frozenset({suites.WEBSOCKET}), call.argument(0, "url", "uri"), call, frame)
    if parent in suites.FUNCTIONS and last in _SENDING:
        return _by(ev, _LIVE, last, call, frame, None)
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
        client = of(ev, func.args[0], frame) or _by_name(func.args[0])
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
        named = _by_name(func.of, is_path) if all(_says_nothing(thing) for thing in holders) else None
        if named is not None and _may_be_path(ev, url, call, frame):
            yield Sent(named, _methods(ev, func.name, call, frame), url or facts.UNKNOWN)


def _called_by_name(ev: Evaluator, caller: Call, call: Call, frame: Frame) -> Iterator[Sent]:
    """`methodcaller("get", url)(client)`"""
    name = ev.literal(caller.args[0], frame) if caller.args else None
    client = of(ev, call.args[0], frame) if call.args else None
    if client is not None and isinstance(name, str) and name in _SENDING:
        given = Call(caller.func, caller.args[1:], caller.keywords, caller.start, caller.end)
        sent = _by(ev, client, name, given, frame, None)
        if sent is not None:
            yield sent


def _by_name(value: Value, is_path: bool = False) -> Client | None:
    """The client that something unknown is named after; handed a path, it needs no such name."""
    name = _last_name(value).partition("@")[0].strip("_").lower()
    words = name.split("_")
    if any(word.startswith(suites.NO_CLIENTS) for word in words):
        return None
    is_client = "client" in name or name in suites.SHORT_NAMES
    return _UNKNOWN if is_client or (is_path and name and not name.endswith(suites.NO_CLIENT_ENDS)) else None


def _is_part(value: Value) -> bool:
    """Whether it is a part of another object, `client.agents`, and no attribute of `self`."""
    return isinstance(value, facts.Attribute) and getattr(value.of, "name", "") not in ("self", "cls")


def _last_name(value: Value) -> str:
    if isinstance(value, Call):
        return _last_name(value.func)
    return value.name if isinstance(value, (facts.Name, facts.Local, facts.Parameter, facts.Attribute)) else ""


def _may_be_path(ev: Evaluator, url: Value | None, call: Call, frame: Frame) -> bool:
    """Whether what an unknown client is handed may be a URL: a text that is none says that it is another thing."""
    if url is None:
        return call.open
    firsts: list[object] = [text[0] if text else "" for text in reading.texts(ev, url, frame)]
    return any(not isinstance(first, str) or first.startswith("/") or "://" in first for first in firsts)


def _is_path(ev: Evaluator, url: Value, frame: Frame) -> bool:
    """Whether a text certainly is a path."""
    return all(text and isinstance(text[0], str) and text[0].startswith("/") for text in reading.texts(ev, url, frame))
