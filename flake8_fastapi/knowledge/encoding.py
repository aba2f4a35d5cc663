"""What makes JSON of data, and what it cannot write: tables only, canonical names.

What is written and what is not was measured: json of Python 3.11, orjson 3.8, ujson 6.1, pydantic 2.13, pandas 3.1,
FastAPI 0.165.
"""

from __future__ import annotations

ENCODERS = frozenset(
    {
        "json.dumps",
        "json.JSONEncoder.encode",
        "orjson.dumps",
        "ujson.dumps",
        "simplejson.dumps",
        "rapidjson.dumps",
        "jsonpickle.encode",
        "jsonpickle.dumps",
        "bson.json_util.dumps",
        "msgspec.json.encode",
        "pydantic.TypeAdapter.dump_json",
        "pydantic_core.to_json",
    }
)
"""Functions that give JSON text, or the bytes of it."""

MODEL_ENCODERS = frozenset({"model_dump_json", "json"})
"""Methods of pydantic models that do."""

JSON_RESPONSE = "starlette.responses.JSONResponse"
ORJSON_RESPONSE = "fastapi.responses.ORJSONResponse"
TEXT_RESPONSES = frozenset(
    {"fastapi.Response", "starlette.responses.PlainTextResponse", "starlette.responses.HTMLResponse"}
)
"""Responses that send text or bytes as they are, and cannot send anything else."""
OTHER_WRITERS = frozenset({"fastapi.responses.UJSONResponse"})
"""JSON responses of which it depends on the version of a package what they can write."""

FOREIGN_RESPONSES = frozenset(
    {
        "requests.Response",
        "httpx.Response",
        "httpx2.Response",
        "aiohttp.ClientResponse",
        "urllib3.response.HTTPResponse",
        "http.client.HTTPResponse",
    }
)
"""Answers of other servers, as HTTP clients give them."""
INSIDES_SENT = frozenset({"urllib3.response.HTTPResponse", "http.client.HTTPResponse"})
"""Those that FastAPI makes JSON of: of their attributes, not of the body."""
RESPONSE_FIELDS = frozenset({"content", "headers", "ok", "reason", "reason_phrase", "status_code", "text", "url"})
"""What a model may read from such an answer."""

_BYTES = frozenset({"builtins.bytes", "builtins.bytearray", "builtins.memoryview"})
_TIMES = frozenset(f"datetime.{name}" for name in ("date", "datetime", "time"))
_ADDRESSES = frozenset(f"ipaddress.IPv{number}{kind}" for number in (4, 6) for kind in ("Address", "Network"))
_ITERATORS = frozenset(f"builtins.{name}" for name in ("map", "filter", "zip", "enumerate", "reversed", "range"))

_UNWRITABLE = (
    FOREIGN_RESPONSES
    | _BYTES
    | _ADDRESSES
    | _ITERATORS
    | {
        "builtins.set",
        "builtins.frozenset",
        "builtins.complex",
        "datetime.timedelta",
        "decimal.Decimal",
        "pathlib.Path",
        "pathlib.PurePath",
        "pandas.DataFrame",
        "pandas.Series",
        "pydantic.BaseModel",
    }
)
"""Classes that neither json nor orjson writes."""
UNWRITABLE = {
    "json": _UNWRITABLE | _TIMES | {"uuid.UUID"},
    "orjson": _UNWRITABLE,
    "text": (_UNWRITABLE | _TIMES | {"uuid.UUID", "builtins.dict", "builtins.list", "builtins.tuple"}) - _BYTES,
}
"""How a response writes its content -> classes that stop it."""

CONTAINERS = ("builtins.dict", "builtins.list", "builtins.tuple", "builtins.str", "builtins.int", "builtins.float")
"""A subclass of one of these is written like it."""

GIVES = {
    **{
        f"datetime.datetime.{name}": "datetime.datetime"
        for name in ("now", "utcnow", "today", "fromtimestamp", "fromisoformat", "strptime", "combine")
    },
    "datetime.date.today": "datetime.date",
    "datetime.date.fromisoformat": "datetime.date",
    **{f"datetime.{name}": f"datetime.{name}" for name in ("date", "datetime", "time", "timedelta")},
    **{f"uuid.uuid{number}": "uuid.UUID" for number in (1, 3, 4, 5)},
    **{f"builtins.{name}": f"builtins.{name}" for name in ("set", "frozenset", "bytes", "bytearray", "complex")},
    **{name: name for name in _ITERATORS},
    "fastapi.UploadFile.read": "builtins.bytes",
    "fastapi.Request.body": "builtins.bytes",
    "pathlib.Path.read_bytes": "builtins.bytes",
    "base64.b64encode": "builtins.bytes",
    "base64.urlsafe_b64encode": "builtins.bytes",
    "django.utils.timezone.now": "datetime.datetime",
    "secrets.token_bytes": "builtins.bytes",
    "os.urandom": "builtins.bytes",
}
"""Functions and methods -> the class of what they give; of a coroutine function, of what awaiting it gives."""

COLUMNS = {
    **{name: f"datetime.{name}" for name in ("date", "datetime", "time", "timedelta")},
    "Decimal": "decimal.Decimal",
    "bytes": "builtins.bytes",
    "Date": "datetime.date",
    "DateTime": "datetime.datetime",
    "TIMESTAMP": "datetime.datetime",
    "Time": "datetime.time",
    "Interval": "datetime.timedelta",
    "LargeBinary": "builtins.bytes",
}
"""The type of a column, in its annotation or its call -> the class of what a row holds."""

FRAME_READERS = frozenset(
    f"{package}.read_{kind}"
    for package in ("pandas", "polars")
    for kind in ("csv", "excel", "json", "parquet", "pickle", "feather", "hdf", "xml", "ipc", "ndjson")
)
"""Functions that read a file into a table."""
FRAMES = frozenset({"pandas.DataFrame", "polars.DataFrame"})
FRAME_WRITERS = frozenset({"to_dict", "to_dicts", "to_json", "to_csv", "write_csv", "write_json", "to_html"})
"""Methods of a table that write the whole of it."""
FRAME_STEPS = frozenset(
    {"astype", "convert_dtypes", "copy", "fillna", "fill_nan", "fill_null", "infer_objects", "rename", "replace"}
    | {"reset_index", "round", "sort", "sort_index", "sort_values", "where"}
)
"""Methods of a table that give a table with as many rows."""
OPENERS = frozenset({"builtins.open", "pathlib.Path.open", "aiofiles.open", "anyio.open_file", "anyio.Path.open"})
"""Functions that open a file."""
READERS = frozenset(
    {"pathlib.Path.read_bytes", "pathlib.Path.read_text", "anyio.Path.read_bytes", "anyio.Path.read_text"}
)
"""Methods of a path that read the whole file."""
BUFFERS = frozenset({"io.BytesIO", "io.StringIO", "builtins.iter", "builtins.list", "builtins.bytes"})
"""What the content of a file is put in before it is sent."""
REMOVERS = frozenset(
    {"os.remove", "os.unlink", "os.rmdir", "shutil.rmtree", "pathlib.Path.unlink", "pathlib.Path.rmdir"}
    | {"aiofiles.os.remove", "aiofiles.os.unlink", "anyio.Path.unlink"}
)
"""Functions that remove a file."""
SMALL_FILES = frozenset(
    {"avatar", "badge", "favicon", "icon", "logo", "manifest", "preview", "robots", "template", "thumb", "thumbnail"}
)
"""Words in the names of functions and files that say that a file is small."""
