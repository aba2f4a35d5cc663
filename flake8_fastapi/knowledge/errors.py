"""Exception classes of libraries: their bases, and what stands for an HTTPException."""

from __future__ import annotations

from collections.abc import Mapping

HTTP_EXCEPTION = "starlette.exceptions.HTTPException"
"""What FastAPI and Starlette answer with a status of its own; `fastapi.HTTPException` derives from it."""

BROAD = frozenset({"builtins.Exception", "builtins.BaseException"})
"""Classes that catch everything."""

OUTSIDE = frozenset(
    {
        "asyncio.CancelledError",
        "asyncio.exceptions.CancelledError",
        "builtins.GeneratorExit",
        "builtins.KeyboardInterrupt",
        "builtins.SystemExit",
        "builtins.BaseException",
    }
)
"""Classes that `except Exception` does not catch."""

BASES: Mapping[str, str] = {
    "asyncio.TimeoutError": "builtins.TimeoutError",
    "fastapi.exceptions.RequestValidationError": "fastapi.exceptions.ValidationException",
    "fastapi.exceptions.ResponseValidationError": "fastapi.exceptions.ValidationException",
    "fastapi.exceptions.WebSocketRequestValidationError": "fastapi.exceptions.ValidationException",
    "httpx.ConnectError": "httpx.NetworkError",
    "httpx.HTTPStatusError": "httpx.HTTPError",
    "httpx.NetworkError": "httpx.TransportError",
    "httpx.RequestError": "httpx.HTTPError",
    "httpx.TimeoutException": "httpx.TransportError",
    "httpx.TransportError": "httpx.RequestError",
    "json.JSONDecodeError": "builtins.ValueError",
    "json.decoder.JSONDecodeError": "builtins.ValueError",
    "jose.exceptions.ExpiredSignatureError": "jose.exceptions.JWTError",
    "jwt.DecodeError": "jwt.InvalidTokenError",
    "jwt.ExpiredSignatureError": "jwt.InvalidTokenError",
    "jwt.InvalidTokenError": "jwt.PyJWTError",
    "jwt.exceptions.ExpiredSignatureError": "jwt.exceptions.InvalidTokenError",
    "jwt.exceptions.InvalidTokenError": "jwt.exceptions.PyJWTError",
    "pydantic.ValidationError": "builtins.ValueError",
    "requests.exceptions.RequestException": "builtins.OSError",
    "requests.RequestException": "builtins.OSError",
    "sqlalchemy.exc.DBAPIError": "sqlalchemy.exc.StatementError",
    "sqlalchemy.exc.DataError": "sqlalchemy.exc.DBAPIError",
    "sqlalchemy.exc.IntegrityError": "sqlalchemy.exc.DBAPIError",
    "sqlalchemy.exc.InvalidRequestError": "sqlalchemy.exc.SQLAlchemyError",
    "sqlalchemy.exc.MultipleResultsFound": "sqlalchemy.exc.InvalidRequestError",
    "sqlalchemy.exc.NoResultFound": "sqlalchemy.exc.InvalidRequestError",
    "sqlalchemy.exc.OperationalError": "sqlalchemy.exc.DBAPIError",
    "sqlalchemy.exc.ProgrammingError": "sqlalchemy.exc.DBAPIError",
    "sqlalchemy.exc.StatementError": "sqlalchemy.exc.SQLAlchemyError",
    "sqlalchemy.orm.exc.NoResultFound": "sqlalchemy.exc.InvalidRequestError",
}
"""A class -> its base, where that is no plain `Exception`. A class that is listed nowhere is taken for an Exception of
which nothing else is known."""

ADDS_HANDLERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "tortoise.contrib.fastapi.register_tortoise": (
        "add_exception_handlers",
        ("tortoise.exceptions.DoesNotExist", "tortoise.exceptions.IntegrityError"),
    ),
    "tortoise.contrib.fastapi.RegisterTortoise": (
        "add_exception_handlers",
        ("tortoise.exceptions.DoesNotExist", "tortoise.exceptions.IntegrityError"),
    ),
}
"""Calls that register exception handlers -> the keyword that asks for them, and the classes they are for."""
