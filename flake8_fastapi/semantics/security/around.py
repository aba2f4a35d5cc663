"""What stands around routes past their own declaration: middleware that may answer, dependencies added later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_fastapi.knowledge import framework
from flake8_fastapi.knowledge import security as tables
from flake8_fastapi.semantics import classes, facts
from flake8_fastapi.semantics.errors import raised
from flake8_fastapi.semantics.facts import FunctionFacts, ModuleFacts, Value
from flake8_fastapi.semantics.middleware import middleware
from flake8_fastapi.semantics.middleware.middleware import Added
from flake8_fastapi.semantics.security import checking
from flake8_fastapi.semantics.things import ClassThing, Frame, FunctionThing, Instance, Library, Made
from flake8_fastapi.semantics.values import Evaluator

if TYPE_CHECKING:
    from flake8_fastapi.semantics.project import Project

_KEY = __name__
_LATER = re.compile(
    rb"\.dependencies\s*(?:\+=|=[^=]|\.(?:append|extend|insert)\b)|\.dependant\s*=[^=]|\bdependant\.dependencies\b"
)
"""Dependencies given to an app, router or route past its constructor."""
_BY_PATH = re.compile(rb"\.path\b|raw_path|\[\"path\"\]|\['path'\]|\.method\b")
"""Middleware that looks at the path may let some of them through."""

Verdict = tuple[bool | None, str]


def of_app(project: Project, app: Instance | None) -> Verdict:
    """Whether the middleware of an application turns away unknown clients from all routes, and what it is called.

    None where it may do so for some of them. Without an application all middleware of the project counts.
    """
    key = f"{_KEY}.app"
    memo = project.memo.setdefault(key, {})
    origin = app.origin if app is not None else None
    if origin not in memo:
        memo[origin] = _strongest(_verdicts(project, app))
    found: Verdict = memo[origin]
    return found


def _strongest(found: Iterator[Verdict]) -> Verdict:
    best: Verdict = (False, "")
    for each in found:
        if each[0]:
            return each
        if each[0] is None and best[0] is False:
            best = each
    return best


def _verdicts(project: Project, app: Instance | None) -> Iterator[Verdict]:
    is_mounted = app is None or any(each.is_mount for each in project.graph.parents(app))
    for added in middleware.of(project):
        if is_mounted or added.app is None or app is None or added.app.origin == app.origin:
            yield _of(project, added)
    if not middleware.is_complete(project):
        yield from ((verdict, name) for verdict, name in _defined(project) if verdict is not False)


def _of(project: Project, added: Added) -> Verdict:
    known: dict[object, Verdict] = project.memo.setdefault(_KEY, {})
    key = (added.thing, added.call)
    if key not in known:
        known[key] = _verdict(project, added), added.name
    return known[key]


def _verdict(project: Project, added: Added) -> bool | None:
    name = added.name
    if checking.is_named(project, name):
        return True
    if isinstance(added.thing, Library):
        is_auth = added.thing.name.partition(".")[0] in tables.AUTH_LIBRARIES
        return None if is_auth or checking.sounds(name) else False
    function = added.function(project.evaluator)
    if function is None and not isinstance(added.thing, ClassThing):
        return None
    if function is not None and _hands_all_on(project, function):
        return False
    functions = [function] if function is not None else []
    if isinstance(added.thing, ClassThing):
        functions.extend(checking.methods(project, added.thing))
        if not classes.mro(project.evaluator, added.thing)[1]:
            return None
    return _of_functions(project, functions, name)


def _hands_all_on(project: Project, function: FunctionThing) -> bool:
    """Whether `dispatch` gives back what `call_next` gives, and nothing else: it turns nobody away."""
    ev = project.evaluator
    found = ev.function(function)
    if found is None or found.raises or not found.returned or raised.escaping(ev, function):
        return False
    frame = ev.frame_of(function)
    return all(_is_of_inside(value, found) for each in found.returned for value in _bound(ev, each, frame))


def _bound(ev: Evaluator, value: Value, frame: Frame) -> tuple[Value, ...]:
    return ev.bindings(value, frame) if isinstance(value, facts.Local) else (value,)


def _is_of_inside(value: Value, found: FunctionFacts) -> bool:
    call = value.of if isinstance(value, facts.Awaited) else None
    func = call.func if isinstance(call, facts.Call) else None
    return isinstance(func, facts.Local) and any(func.name == each.name for each in found.parameters)


def _of_functions(project: Project, functions: list[FunctionThing], name: str) -> bool | None:
    if any(checking.refuses(project, each) for each in functions):
        return None if any(_has(project, each, _BY_PATH) for each in functions) else True
    telling = checking.sounds(name) or any(_has(project, each, tables.MIDDLEWARE_TEXT) for each in functions)
    return None if telling else False


def _has(project: Project, function: FunctionThing, words: re.Pattern[bytes]) -> bool:
    found = project.evaluator.function(function)
    return found is None or words.search(checking.text(project, function.path, found)) is not None


def _defined(project: Project) -> Iterator[Verdict]:
    """Middleware that the project defines, wherever it is added: asked where what is added is not all known."""
    files = project.files
    for path in dict.fromkeys((*files.mentioning("BaseHTTPMiddleware"), *files.mentioning("call_next"))):
        module = None if files.is_test(path) else project.facts(path)
        for cls in module.classes.values() if module is not None else ():
            functions = list(checking.methods(project, ClassThing(path, cls.qualname)))
            if any(each.qualname.endswith(".dispatch") for each in functions):
                yield _of_functions(project, functions, cls.name), cls.name


# -- dependencies


def may_be_given(project: Project, holder: Instance) -> bool:
    """Whether what stands around a router, of which no way to an application is known, may have dependencies."""
    key = f"{_KEY}.givers"
    if key not in project.memo:
        project.memo[key] = [each for module in _modules(project) for each in _givers(project, module)]
    return adds_later(project) or any(_concerns(project, each, holder) for each in project.memo[key])


def is_included(project: Project, holder: Instance) -> bool:
    """Whether anything includes a router, be it an app that is not known: `def setup(app): app.include_router(…)`."""
    key = f"{_KEY}.included"
    if key not in project.memo:
        project.memo[key] = {
            thing.origin
            for module in _modules(project)
            for qualname, site in module.mentions.get("include_router", ())
            if isinstance(site.value, facts.Call)
            for value in (*site.value.args[:1], *(value for name, value in site.value.keywords if name == "router"))
            for thing in project.evaluator.evaluate(value, Frame(module.path, qualname))
            if isinstance(thing, Instance)
        }
    return holder.origin in project.memo[key]


def _modules(project: Project) -> Iterator[ModuleFacts]:
    files = project.files
    words = ("FastAPI", "APIRouter", "include_router")
    for path in dict.fromkeys(path for word in words for path in files.mentioning(word)):
        module = None if files.is_test(path) else project.facts(path)
        if module is not None:
            yield module


def _givers(project: Project, module: ModuleFacts) -> Iterator[Made]:
    """The calls of a module that give an app, router or inclusion dependencies, or may do so."""
    for name in ("FastAPI", "APIRouter", "include_router", "__init__"):
        for qualname, site in module.mentions.get(name, ()):
            call = site.value
            owner = module.functions[qualname].owner if name == "__init__" else None
            if name == "__init__" and not (owner and _is_holder(project, ClassThing(module.path, owner))):
                continue
            if isinstance(call, facts.Call) and (call.keyword("dependencies") is not None or call.open):
                yield Made(call, Frame(module.path, qualname))


def _is_holder(project: Project, cls: ClassThing) -> bool:
    return classes.is_a(project.evaluator, cls, *framework.HOLDERS)


def _concerns(project: Project, made: Made, holder: Instance) -> bool:
    """Whether what a call gives may reach a router: not if it goes to another one that includes none."""
    func = made.call.func
    value: Value | None = made.call
    if isinstance(func, facts.Attribute) and func.name == "include_router":
        value = made.call.args[0] if made.call.args else made.call.keyword("router")
    thing = project.evaluator.certain(value, made.frame) if value is not None else None
    if not isinstance(thing, Instance) or thing.origin is None or thing.origin == holder.origin:
        return True
    return classes.is_a(project.evaluator, thing.type, framework.FASTAPI) or bool(project.graph.inclusions(thing))


def adds_later(project: Project) -> bool:
    """Whether something in the project adds dependencies where we do not follow them: `router.dependencies.append(…)`.

    An own attribute of this name (`self.dependencies = …`) counts too.
    """
    key = f"{_KEY}.later"
    if key not in project.memo:
        files = project.files
        project.memo[key] = any(
            _LATER.search(files.text(path) or b"")
            for path in dict.fromkeys((*files.mentioning("dependencies"), *files.mentioning("dependant")))
            if not files.is_test(path)
        )
    known: bool = project.memo[key]
    return known
