"""Types that FastAPI treats in a special way when it reads a signature: tables only, canonical names.

Source: fastapi/dependencies/utils.py `analyze_param`, fastapi/_compat/shared.py (0.115 to 0.165).
"""

from __future__ import annotations

SEQUENCES = frozenset(
    {
        "builtins.list",
        "builtins.tuple",
        "builtins.set",
        "builtins.frozenset",
        "collections.deque",
        "collections.abc.Sequence",
        "collections.abc.MutableSequence",
        "typing.NamedTuple",
        "collections.namedtuple",
    }
)
"""Without a marker, a parameter of one of these comes from the body."""

MAPPINGS = frozenset(
    {
        "builtins.dict",
        "collections.OrderedDict",
        "collections.defaultdict",
        "collections.Counter",
        "collections.abc.Mapping",
        "collections.abc.MutableMapping",
        "typing.TypedDict",
    }
)
"""The same for these."""

MODEL = "pydantic.BaseModel"
UPLOAD_FILE = "fastapi.UploadFile"

DATACLASS_DECORATORS = frozenset({"dataclasses.dataclass", "pydantic.dataclass"})

SPECIAL = frozenset(
    {
        "fastapi.Request",
        "fastapi.WebSocket",
        "starlette.requests.HTTPConnection",
        "fastapi.Response",
        "fastapi.BackgroundTasks",
        "fastapi.security.SecurityScopes",
    }
)
"""FastAPI passes these objects itself."""

CONNECTIONS = frozenset({"fastapi.Request", "fastapi.WebSocket", "starlette.requests.HTTPConnection"})
"""Whoever is given one of these can read everything that the client sent."""

SCALARS = frozenset(
    {f"builtins.{name}" for name in ("str", "int", "float", "bool", "bytes", "complex")}
    | {f"datetime.{name}" for name in ("date", "datetime", "time", "timedelta", "timezone")}
    | {f"ipaddress.{kind}{version}" for kind in ("IPv4", "IPv6") for version in ("Address", "Interface", "Network")}
    | {
        "decimal.Decimal",
        "enum.Enum",
        "enum.Flag",
        "enum.IntEnum",
        "enum.IntFlag",
        "enum.StrEnum",
        "fractions.Fraction",
        "pathlib.Path",
        "re.Pattern",
        "builtins.type",
        "collections.abc.Callable",
        "collections.abc.MutableSet",
        "collections.abc.Set",
        "uuid.UUID",
        "uuid.UUID1",
        "zoneinfo.ZoneInfo",
    }
)
"""Without a marker, a parameter of one of these comes from the query."""

PYDANTIC_SCALARS = frozenset(
    {
        "AnyHttpUrl", "AnyUrl", "AnyWebsocketUrl", "AwareDatetime", "Base64Bytes", "Base64Str", "ByteSize",
        "EmailStr", "FileUrl", "FilePath", "DirectoryPath", "FiniteFloat", "FutureDate", "FutureDatetime", "HttpUrl",
        "IPvAnyAddress", "IPvAnyInterface", "IPvAnyNetwork", "MongoDsn", "NaiveDatetime", "NameEmail",
        "NegativeFloat", "NegativeInt", "NewPath", "NonNegativeFloat", "NonNegativeInt", "NonPositiveFloat",
        "NonPositiveInt", "PastDate", "PastDatetime", "PaymentCardNumber", "PositiveFloat", "PositiveInt",
        "PostgresDsn", "RedisDsn", "SecretBytes", "SecretStr", "StrictBool", "StrictBytes", "StrictFloat",
        "StrictInt", "StrictStr", "UUID1", "UUID3", "UUID4", "UUID5", "UUID6", "UUID7", "UUID8", "WebsocketUrl",
        "AmqpDsn", "KafkaDsn", "Color", "Json",
    }
)  # fmt: skip
"""Names of `pydantic` that are scalars too."""

CONSTRAINED = {
    "pydantic.conint": "builtins.int",
    "pydantic.constr": "builtins.str",
    "pydantic.confloat": "builtins.float",
    "pydantic.condecimal": "decimal.Decimal",
    "pydantic.conbytes": "builtins.bytes",
    "pydantic.condate": "datetime.date",
    "pydantic.conlist": "builtins.list",
    "pydantic.conset": "builtins.set",
    "pydantic.confrozenset": "builtins.frozenset",
}
"""Functions of `pydantic` that make a constrained type -> the type."""

STREAM_TYPES = frozenset(
    f"collections.abc.{name}"
    for name in ("AsyncIterable", "AsyncIterator", "AsyncGenerator", "Iterable", "Iterator", "Generator")
)
"""A generator route with one of these as return annotation streams its items and has no response model."""

PARAMETER_MARKERS = {
    "fastapi.Path": "path",
    "fastapi.Query": "query",
    "fastapi.Header": "header",
    "fastapi.Cookie": "cookie",
    "fastapi.Body": "body",
    "fastapi.Form": "form",
    "fastapi.File": "file",
}
"""Functions of FastAPI that say where a parameter comes from -> where."""
