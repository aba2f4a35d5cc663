"""What tells the operators of a service about a failure: logging, printing, error trackers."""

from __future__ import annotations

import re

LIBRARIES = (
    "airbrake.", "bugsnag.", "ddtrace.", "elasticapm.", "honeybadger.", "icecream.", "logbook.", "logfire.", "logging.",
    "loguru.", "newrelic.", "opentelemetry.", "picologging.", "rich.console.", "rollbar.", "sentry_sdk.", "structlog.",
    "warnings.",
)  # fmt: skip
"""Beginnings of the names of library functions and methods that tell."""
FUNCTIONS = frozenset(
    {"builtins.print", "faulthandler.dump_traceback", "traceback.print_exc", "traceback.print_exception", "typer.echo"}
    | {"rich.print", "click.echo", "click.secho", "sys.stderr.write", "sys.stdout.write", "traceback.print_stack"}
)
NAMES = re.compile(
    r"(?:^|_)(?:log|logs|logger|logging|print|report|capture|alert|notify|notification|track|audit|record|sentry|emit"
    r"|trace|traceback|telemetry|metric|metrics)(?:_|$)",
    re.IGNORECASE,
)
"""Names of functions and of objects whose methods tell, where nothing is known but the name."""
LOG_LEVELS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
"""Methods of loggers."""
LOGGERS = re.compile(r"logger|logging|structlog|(?:^|[^a-z])log(?![a-z])", re.IGNORECASE)
"""Names of loggers."""
LEVELS = LOG_LEVELS | frozenset(
    {"fatal", "success"}
    | {"aerror", "aexception", "awarning", "ainfo", "adebug", "acritical", "print_exception", "record_exception"}
    | {"add_event", "set_status", "capture_exception", "capture_message", "print_exc", "inc"}
)
"""Methods that tell, whatever the object is called."""
