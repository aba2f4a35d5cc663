"""The figures from which checks of size speak; each is an option of the same name, `--fastapi-…`.

They stand where good projects have about one handler or module in a hundred beyond them (measured over 125 applications
with 9,000 handlers).
"""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """The figures, as they are without a word from the user."""

    max_handler_statements: int = 50
    max_session_handler_statements: int = 25
    session_handler_calls: int = 3
    session_calls: int = 5
    max_module_routes: int = 30
    small_app_routes: int = 5
    repeated_statements: int = 4
    repeated_copies: int = 3
    repeated_short_copies: int = 4
    environment_constants: int = 6
    sibling_routes: int = 5
    protected_share: int = 80
    understood_share: int = 80
    tested_share: int = 50


HELP = {
    "max_handler_statements": "how many statements a handler may have (fat-handler)",
    "max_session_handler_statements": "how many statements a handler may have that also works with a session "
    "(fat-handler)",
    "session_handler_calls": "from how many session calls on a handler works with a session in that sense "
    "(fat-handler)",
    "session_calls": "from how many session calls on one path of a handler on persistence-in-handler speaks; "
    "1 forbids any",
    "max_module_routes": "how many routes a module may have (fat-module)",
    "small_app_routes": "with fewer routes an application in one file is small (mixed-layers)",
    "repeated_statements": "from how many equal statements on a block counts as repeated (repeated-logic)",
    "repeated_copies": "in how many handlers such a block must stand (repeated-logic)",
    "repeated_short_copies": "in how many handlers a shorter block must stand (repeated-logic)",
    "environment_constants": "from how many constants read from the environment on a module wants a settings class "
    "(untyped-config)",
    "sibling_routes": "how many routes a router or module must have to be compared with each other (unprotected-route)",
    "protected_share": "how many of 100 such routes must be protected for the others to stand out (unprotected-route)",
    "understood_share": "how many of 100 requests of the tests must be understood before what they do not test is told "
    "(untested-route, untested-validation, untested-auth)",
    "tested_share": "how many of 100 routes of an application, or of a file, the tests must request before the others "
    "are told (untested-route)",
}
"""What each means, for the user; the check that it belongs to stands in brackets."""
