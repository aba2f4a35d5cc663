"""What a test suite consists of: tests, the requests that they send, and what they accept as answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from flake8_fastapi.semantics.facts import Call, Position
from flake8_fastapi.semantics.things import Env, Frame, FunctionThing, Instance


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

    @property
    def function(self) -> FunctionThing:
        """The function as evaluation knows it."""
        return FunctionThing(self.path, self.qualname)


@dataclass(frozen=True, slots=True)
class Hole:
    """A part of a path that is not known: one segment (or a piece of one), or anything, slashes and queries too."""

    is_wide: bool


SEGMENT = Hole(False)
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
    expected: Expected
