"""What a test suite consists of: tests, the requests that they send, and what they accept as answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from flake8_fastapi.semantics.facts import Call, Position, Value
from flake8_fastapi.semantics.things import ClassThing, Env, Frame, FunctionThing, Instance, Thing


class Test(NamedTuple):
    """A test function or method that pytest collects."""

    path: str
    qualname: str
    position: Position
    """Of its `def`."""
    runs: tuple[Env, ...]
    """What `parametrize` gives to its parameters, once for each run; one empty run where there is none."""
    is_complete: bool
    """Whether these are all runs, with everything that `parametrize` gives: False with `pytest_generate_tests`, with
    values that are not known, and with more runs than are looked at."""
    owner: ClassThing | None = None
    """The class that pytest collects it from: its own, or one that inherits it."""

    @property
    def function(self) -> FunctionThing:
        """The function as evaluation knows it."""
        return FunctionThing(self.path, self.qualname)


@dataclass(frozen=True, slots=True)
class Written(Thing):
    """What a helper of a test is given, where evaluation does not know it: the expression that its caller wrote.

    It stands in the `env` of the helper's frame: `f"/users/{user_id}"` is a path with a hole, not nothing.
    """

    value: Value
    frame: Frame = field(compare=False)
    number: int
    """Of the frame: frames hold frames, and comparing them through and through would take exponential time."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A part of a path that is not known: one segment (or a piece of one), or anything, slashes and queries too."""

    is_wide: bool
    is_key: bool = False
    """It is a number or identifier, such as `user_id`: no word that the path of a route spells out."""


SEGMENT = Hole(False)
KEY = Hole(False, True)
ANYTHING = Hole(True)

Target = tuple[str | Hole, ...]
"""The path of a request: known texts and holes, neighbouring texts joined; without scheme, host, query and fragment.
`(ANYTHING,)` is an unknown one."""

STATUSES = frozenset(range(100, 600))
"""Every status that an answer may have."""


class Expected(NamedTuple):
    """What a test makes of the answer to one request."""

    accepted: frozenset[int] | None
    """The statuses with which the test passes, as far as it looks at the status: STATUSES where nothing looks at it;
    None where something looks at the answer that is not understood, so that it may accept or refuse any."""
    is_asserted: bool
    """Whether anything at all looks at the answer: its status, body, headers, or a function that is handed it."""


class Judge(Protocol):
    """Knows what one run of a test makes of answers."""

    def of(self, call: Call, frame: Frame) -> Expected:
        """What it makes of the answer to a request."""


class Request(NamedTuple):
    """A request that a test sends."""

    test: Test
    path: str
    """The file in which the call stands: of the test, or of a helper or fixture."""
    position: Position
    """Where the call stands."""
    call: Call
    frame: Frame
    methods: frozenset[str] | None
    """Upper case; `WEBSOCKET` for a websocket; None if unknown."""
    target: Target
    app: Instance | None
    """The application that answers it; None if unknown."""
    answers: Judge

    @property
    def expected(self) -> Expected:
        """What the test makes of the answer. Worked out when it is asked for: few requests need it."""
        return self.answers.of(self.call, self.frame)
