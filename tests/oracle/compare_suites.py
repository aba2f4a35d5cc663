"""Compare the requests that a recorded test run sent with those that are read from the tests.

    PYTHONPATH=tests python tests/oracle/compare_suites.py PROJECT RECORD.json [PROJECT RECORD.json ...] [--list]

RECORD is made by `record.py`. A request counts where its test passed and where the application graph knows its route,
as (test, method, route); the runs of a parametrized test are one test. The columns:

- recall: of the requests that were recorded, those that certainly arrive at that route by the source. Possible: those
  of the rest that may.
- precision: of the requests that certainly arrive by the source, those that were recorded.
- answers: recorded statuses of the requests found. Status recall: those that the test is read to accept, by a status
  that it asks for; tests ask for none in many places. Status precision: of the statuses that tests are read to accept,
  those with which an answer was recorded.
- understood: the share of calls that must be understood for checks of what is not tested.
- untested: what `untested-route` reports.
"""

from __future__ import annotations

import argparse
import json
from functools import cached_property
from pathlib import Path

from suite_sides import Answered, Place, Record, Sent, Static

from flake8_fastapi.semantics.suite.kinds import STATUSES, Request

TESTED_BY = {"untested-validation": {400, 409, 413, 415, 422}, "untested-auth": {401, 403}}
"""The answers that are the test which a check misses."""


class Comparison:
    """What differs between the two sides."""

    def __init__(self, root: Path, saved: Path) -> None:
        self.static = Static(root)
        self.record = Record(json.loads(saved.read_text(encoding="utf-8")), self.static)

    @cached_property
    def sent(self) -> frozenset[Sent]:
        """What was recorded."""
        return frozenset(each.sent for each in self.record.answered)

    @cached_property
    def found(self) -> frozenset[Sent]:
        """What of this is certain in the source."""
        return self.sent & self.static.sent.keys()

    @cached_property
    def possible(self) -> frozenset[Sent]:
        """What of the rest is possible by the source."""
        return (self.sent & self.static.possible.keys()) - self.found

    @cached_property
    def missed(self) -> frozenset[Sent]:
        """What no request of that test in the source can be."""
        return self.sent - self.found - self.possible

    @cached_property
    def claimed(self) -> frozenset[Sent]:
        """What is certain in the source, of tests that ran and passed."""
        return frozenset(each for each in self.static.sent if each.test in self.record.passed)

    @cached_property
    def false(self) -> frozenset[Sent]:
        """Claimed and not sent."""
        return self.claimed - self.sent

    @property
    def kinds(self) -> dict[str, frozenset[Sent]]:
        """The differences between what was sent and what was read."""
        return {"possible": self.possible, "missed": self.missed, "false": self.false}

    # -- statuses

    @cached_property
    def answers(self) -> frozenset[Answered]:
        """The recorded answers to what was found."""
        return frozenset(each for each in self.record.answered if each.sent in self.found)

    @cached_property
    def known(self) -> frozenset[Answered]:
        """Those that some request certainly accepts, by a status that its test asks for."""
        return frozenset(answered for answered in self.answers if self._is_accepted(answered))

    def _is_accepted(self, answered: Answered) -> bool:
        return any(answered.status in _accepted(request) for request in self._asking(answered.sent))

    @cached_property
    def refused(self) -> frozenset[Answered]:
        """Those that every request of that test to that route refuses, though the test passed."""
        return frozenset(answered for answered in self.answers - self.known if self._is_read(answered.sent))

    def _is_read(self, sent: Sent) -> bool:
        """Whether all that a test may ask of a route is known."""
        return len(self._asking(sent)) == len(self.static.sent[sent]) and sent not in self.static.possible

    @cached_property
    def expected(self) -> frozenset[tuple[Sent, frozenset[int]]]:
        """The statuses that tests ask for, at what was recorded."""
        return frozenset((sent, _accepted(request)) for sent in self.found for request in self._asking(sent))

    @cached_property
    def unmet(self) -> frozenset[tuple[Sent, frozenset[int]]]:
        """Those that no recorded answer has."""
        had: dict[Sent, set[int]] = {}
        for each in self.answers:
            had.setdefault(each.sent, set()).add(each.status)
        return frozenset((sent, accepted) for sent, accepted in self.expected if accepted.isdisjoint(had[sent]))

    def _asking(self, sent: Sent) -> list[Request]:
        return [each for each in self.static.sent[sent] if each.expected.accepted not in (None, STATUSES)]

    # -- what the checks say

    @cached_property
    def routes(self) -> frozenset[tuple[str, int]]:
        """File and line of each route."""
        return frozenset((place.file, place.line) for place in self._places)

    @cached_property
    def _places(self) -> frozenset[Place]:
        return frozenset(self.static.place(each) for each in self.static.operations)

    @cached_property
    def called(self) -> frozenset[tuple[str, int]]:
        """Those that got a request, by whatever path, whatever became of the test."""
        return frozenset((place.file, place.line) for place in self.record.called)

    @cached_property
    def untested(self) -> frozenset[tuple[str, int]]:
        """Those that are reported to get none."""
        return frozenset(self.static.reported("untested-route")) & self.routes

    @cached_property
    def wrongly_untested(self) -> frozenset[tuple[str, int]]:
        return self.untested & self.called

    @cached_property
    def silent(self) -> frozenset[tuple[str, int]]:
        """The routes that got no request and are not reported."""
        return self.routes - self.called - self.untested

    @cached_property
    def wrongly_missing(self) -> dict[str, frozenset[Answered]]:
        """The recorded answers that are the test which a check says is missing."""
        return {
            check: frozenset(
                each
                for each in self.record.answered
                if (each.sent.place.file, each.sent.place.line) in reported and each.status in TESTED_BY[check]
            )
            for check, reported in ((check, self.static.reported(check)) for check in TESTED_BY)
        }


def _accepted(request: Request) -> frozenset[int]:
    return request.expected.accepted or frozenset()


COLUMNS = (
    "project", "tests", "requests", "recall", "possible", "precision", "answers", "status recall", "status precision",
    "understood", "routes", "called", "untested", "untested but called",
)  # fmt: skip


def row(name: str, c: Comparison) -> tuple[object, ...]:
    """The figures of one project, for the columns."""
    return (
        name,
        sum(c.static.knows(test) for test in c.record.passed),
        len(c.sent),
        _share(len(c.found), len(c.sent)),
        _share(len(c.possible), len(c.sent)),
        _share(len(c.claimed) - len(c.false), len(c.claimed)),
        len(c.answers),
        _share(len(c.known), len(c.answers)),
        _share(len(c.expected) - len(c.unmet), len(c.expected)),
        f"{c.static.suite.share} %",
        len(c.routes),
        len(c.called),
        len(c.untested),
        len(c.wrongly_untested),
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def differences(c: Comparison) -> list[str]:
    """Whatever differs, one readable line each."""
    found = [f"{word}: {_text(each)}" for word, some in c.kinds.items() for each in sorted(some)]
    found += [f"refused {each.status}: {_text(each.sent)}" for each in sorted(c.refused)]
    found += [f"expected {_listed(accepted)}: {_text(sent)}" for sent, accepted in c.unmet]
    found += [f"called, but reported: {file}:{line}" for file, line in c.wrongly_untested]
    found += [f"not called, but silent: {file}:{line}" for file, line in c.silent]
    found += [
        f"answered {each.status}, but {check}: {_text(each.sent)}"
        for check, answers in c.wrongly_missing.items()
        for each in sorted(answers)
    ]
    return sorted(found)


def _text(sent: Sent) -> str:
    return f"{sent.method} {sent.place.path} by {'::'.join(sent.test)}"


def _listed(statuses: frozenset[int]) -> str:
    shown = sorted(statuses)
    return ", ".join(map(str, shown)) if len(shown) < 6 else f"{shown[0]} … {shown[-1]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="+", type=Path, metavar="PROJECT RECORD", help="a project and what was recorded")
    parser.add_argument("--list", action="store_true", help="every difference")
    options = parser.parse_args()
    print(f"| {' | '.join(COLUMNS)} |")
    print("|---" * len(COLUMNS) + "|")
    for project, saved in zip(options.pairs[::2], options.pairs[1::2], strict=True):
        comparison = Comparison(project, saved)
        print(f"| {' | '.join(map(str, row(saved.stem, comparison)))} |")
        if options.list:
            print(*differences(comparison), sep="\n")
            print(*(f"unknown handler: {handler}" for handler in comparison.record.unknown_handlers), sep="\n")


if __name__ == "__main__":
    main()
