"""Clients: what sends the requests of a test, and to which application.

A client is known by its class, however it came here: made on the spot, by a fixture or factory, as an attribute of the
test's class, or by a subclass of the project. Something unknown may be named like one.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    Thing,
    library_name,
    only,
)
from flake8_fastapi.semantics.values import Evaluator

Kind = Literal["test", "async", "sync", "unknown"]
_KINDS: dict[str, Kind] = {"test": "test", "async": "async", "sync": "sync"}
_DEEPEST = 4
"""How many objects may stand around an application."""


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


UNKNOWN = Client("unknown", None, (ANYTHING,), False)
LIVE = Client("sync", None, None, True)


def of(ev: Evaluator, value: Value, frame: Frame) -> Client | None:
    """The client that a value is; None if it is none, or that is unknown."""
    return merged(of_thing(ev, thing) for thing in ev.evaluate(value, frame))


def of_thing(ev: Evaluator, thing: Thing) -> Client | None:
    """The client that a thing is; None if it is none."""
    kind = _kind(ev, thing)
    if kind is None or not isinstance(thing, Instance):
        return None
    made = _construction(ev, thing)
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
        is_ours = servers.is_own(ev, call.keyword("base_url"), frame)
        return Client(kind, None, base, not call.open) if is_ours else None
    return _transported(ev, kind, ev.certain(transport, frame), base)


def may_be(ev: Evaluator, value: Value, frame: Frame) -> bool:
    """Whether a value is a client, or something unknown that is named like one."""
    if of(ev, value, frame) is not None:
        return True
    return all(says_nothing(thing) for thing in ev.evaluate(value, frame)) and named(value) is not None


def application(ev: Evaluator, call: Call, frame: Frame) -> Instance | None:
    """The application that a call hands to a client or transport; None if that is unknown."""
    value = call.argument(0, "app", "application")
    return _application(ev, value, frame, _DEEPEST) if value is not None else None


def says_nothing(thing: Thing) -> bool:
    """Whether it may be a client, for all that is known of it."""
    if isinstance(thing, Instance) and isinstance(thing.type, Library):
        # The annotation of a fixture of a plugin: a class of which the tables know nothing.
        name = thing.type.name
        return not name.startswith(suites.NO_PACKAGES) and not arguments.knows_type(name)
    return isinstance(thing, Written) or thing in (Thing(), LiteralThing(None))


def named(value: Value, is_path: bool = False) -> Client | None:
    """The client that something unknown is named after; handed a path, it needs no such name."""
    name = _last_name(value).partition("@")[0].strip("_").lower()
    words = name.split("_")
    if any(word.startswith(suites.NO_CLIENTS) for word in words):
        return None
    is_client = "client" in name or name in suites.SHORT_NAMES
    return UNKNOWN if is_client or (is_path and name and not name.endswith(suites.NO_CLIENT_ENDS)) else None


def merged(each_of: Iterable[Client | None]) -> Client | None:
    """The one client that several are, what they do not have in common aside; None if one of them is none."""
    found = list(each_of)
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


def _construction(ev: Evaluator, thing: Instance) -> Made | None:
    """The call that gives a client of the library what it is made with: its own, or that of `super().__init__`."""
    if thing.made is None:
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
            made = _construction(ev, transport)
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
    if made is None:
        return None
    for each in (*made.call.args, *(each for _, each in made.call.keywords)):
        found = _application(ev, each, made.frame, depth - 1)
        if found is not None:
            return found
    return None


def _last_name(value: Value) -> str:
    if isinstance(value, Call):
        return _last_name(value.func)
    return value.name if isinstance(value, (facts.Name, facts.Local, facts.Parameter, facts.Attribute)) else ""
