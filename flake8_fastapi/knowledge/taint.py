"""What a client chooses, where that does harm, and what makes it harmless: tables only, canonical names.

Measured with Starlette 1.10 and uvicorn: `UploadFile.filename` keeps `../` and a leading `/`; a path parameter without
the convertor `:path` never holds a `/`, whatever is percent-encoded, while one with it holds `../` and a leading `/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

# -- sources

READ_OF_REQUEST: Mapping[str, str] = {
    "query_params": "query",
    "path_params": "path",
    "headers": "header",
    "cookies": "cookie",
}
"""Attributes of a request that hold texts of the client -> from where."""
AWAITED_OF_REQUEST: Mapping[str, str] = {"json": "body", "form": "form"}
"""Methods of a request that give what the client sent."""
ITEM_METHODS = frozenset({"get", "pop", "__getitem__"})
LIST_METHODS = frozenset({"getlist", "values", "getall"})

TEXT_TYPES = frozenset(
    {"builtins.str", "pydantic.StrictStr", "pathlib.Path", "pathlib.PurePath", "pydantic.FilePath"}
    | {"pydantic.DirectoryPath", "pydantic.NewPath"}
)
"""Declared types that leave a text as the client sent it."""
URL_TYPES = frozenset({"pydantic.HttpUrl", "pydantic.AnyUrl", "pydantic.AnyHttpUrl"})
LISTS = frozenset({"builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "collections.abc.Sequence"})
PLAIN_MARKERS = frozenset(
    {f"fastapi.{name}" for name in ("Path", "Query", "Header", "Cookie", "Body", "Form", "File", "Depends", "Security")}
    | {"pydantic.Field", "sqlmodel.Field", "pydantic.StringConstraints", "pydantic.constr", "typing_extensions.Doc"}
    | {"annotated_doc.Doc", "annotated_types.MaxLen", "annotated_types.MinLen", "annotated_types.Len"}
    | {"fastapi.openapi.models.Example", "pydantic.WithJsonSchema"}
)
"""What may stand in `Annotated` without changing the text, unless one of these keywords is given."""
CONSTRAINING = frozenset({"pattern", "regex"})

# -- what is made of texts

SAME_TEXT = frozenset(
    {
        "builtins.str", "os.fspath", "os.fsdecode", "os.fsencode", "os.path.expanduser", "os.path.expandvars",
        "typing.cast", "copy.copy", "builtins.format", "builtins.compile", "shlex.split", "textwrap.dedent",
    }
)  # fmt: skip
"""Functions whose result is, for what concerns us, the text that they are given last."""
NORMALIZERS = frozenset({"os.path.normpath", "os.path.abspath", "os.path.realpath"})
"""The same, but `x_/..` is gone from it: a directory that does not exist stands in the way no longer."""
JOINERS = frozenset({"os.path.join", "pathlib.Path", "pathlib.PurePath", "anyio.Path", "pathlib.PurePosixPath"})
DECODERS = frozenset({"urllib.parse.unquote", "urllib.parse.unquote_plus"})
NAME_ONLY = frozenset({"os.path.basename"})
SAME_METHODS = frozenset(
    {
        "strip", "lstrip", "rstrip", "lower", "upper", "title", "encode", "decode", "removeprefix", "removesuffix",
        "replace", "expanduser", "absolute", "as_posix", "with_suffix", "casefold", "capitalize", "__str__",
    }
)  # fmt: skip
NORMALIZING_METHODS = frozenset({"resolve"})
NAME_ATTRIBUTES = frozenset({"name", "stem"})
PATH_ATTRIBUTES = frozenset({"parent"})
REMOVED = ("/", "\\", "..", ".", "'", '"', ";", "%")
"""A text of which one of these is replaced or stripped is another one."""

# -- sinks


class Sink(NamedTuple):
    """A call that does harm with a text that the client chose."""

    use: str
    """"path", "sql", "url", "redirect" or "command"."""
    deed: str
    """What happens: "read", "write", "delete", "list" to a file; "run" of SQL; of a command what runs it: "shell",
    "remote" (the shell of another host), "program" (it is one), "python"; empty for what depends on the arguments."""
    places: tuple[int, ...] = (0,)
    keywords: tuple[str, ...] = ()


def _paths(deed: str, *names: str, places: tuple[int, ...] = (0,), keywords: tuple[str, ...] = ()) -> dict[str, Sink]:
    return {name: Sink("path", deed, places, keywords) for name in names}


SINKS: Mapping[str, Sink] = {
    **_paths("", "builtins.open", "io.open", "aiofiles.open", "anyio.open_file", keywords=("file",)),
    **_paths("read", "fastapi.FileResponse", "starlette.responses.FileResponse", keywords=("path",)),
    **_paths("delete", "os.remove", "os.unlink", "aiofiles.os.remove", "aiofiles.os.unlink", keywords=("path",)),
    **_paths("delete", "shutil.rmtree", "os.removedirs", "os.rmdir", keywords=("path",)),
    **_paths("read", "shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", keywords=("src",)),
    **_paths("write", "os.rename", "os.replace", "shutil.move", places=(0, 1), keywords=("src", "dst")),
    **_paths("list", "os.listdir", "os.scandir", "os.walk", keywords=("path",)),
    **_paths("read", "pandas.read_csv", "pandas.read_excel", "pandas.read_parquet", "pandas.read_json", "numpy.load"),
    **_paths("read", "PIL.Image.open", "cv2.imread", "torch.load", "joblib.load"),
    **_paths("write", "cv2.imwrite"),
}
"""Calls that are given a path."""
COPIES = frozenset({"shutil.copy", "shutil.copy2", "shutil.copyfile"})
"""These write to their second argument."""
OPENING_MODES = frozenset("wax+")
PATH_METHODS: Mapping[str, str] = {
    "open": "",
    "read_text": "read",
    "read_bytes": "read",
    "write_text": "write",
    "write_bytes": "write",
    "unlink": "delete",
    "rmdir": "delete",
    "iterdir": "list",
}
"""Methods of paths -> what they do."""

TEXT_OF_SQL = frozenset({"sqlalchemy.text", "sqlalchemy.literal_column"})
SQL_METHODS = frozenset(
    {
        "execute", "executemany", "executescript", "exec_driver_sql", "fetch", "fetchrow", "fetchval", "fetch_all",
        "fetch_one", "fetch_val", "execute_query", "execute_query_dict", "raw", "exec", "scalar", "scalars",
        "read_sql", "read_sql_query", "query", "sql",
    }
)  # fmt: skip
"""Methods that run the SQL text they are given first."""
STATEMENT_MAKERS = frozenset({"select", "insert", "update", "delete", "text", "func", "union", "union_all", "exists"})
"""Functions whose result is a statement, not its text."""
SQL_WORDS = (
    r"\s*(?:select\b.*\bfrom\b|insert\s+into\b|update\b.*\bset\b|delete\s+from\b|with\b.*\bselect\b"
    r"|(?:drop|create|alter|truncate)\s+(?:table|database|schema|user|role|index|view)\b|call\s|exec\s"
    r"|copy\b.*\b(?:from|to)\b|grant\b.*\bto\b|attach\s|pragma\s)"
)
"""How a statement of SQL begins."""

REDIRECTS = frozenset({"fastapi.responses.RedirectResponse", "starlette.responses.RedirectResponse"}) | {
    "fastapi.RedirectResponse"
}
URL_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
URL_CALLERS = (
    *("requests.", "requests.Session.", "httpx.", "httpx.Client.", "httpx.AsyncClient.", "aiohttp.ClientSession."),
)
URL_SECOND = frozenset({"request", "stream"})
"""Methods of the same whose second argument is the URL."""
URL_OPENERS = frozenset({"urllib.request.urlopen", "urllib.request.urlretrieve"})

RUNNERS: Mapping[str, str] = {
    "os.system": "shell",
    "os.popen": "shell",
    "subprocess.getoutput": "shell",
    "subprocess.getstatusoutput": "shell",
    "asyncio.create_subprocess_shell": "shell",
    "paramiko.SSHClient.exec_command": "remote",
    "paramiko.client.SSHClient.exec_command": "remote",
    "builtins.eval": "python",
    "builtins.exec": "python",
}
"""Calls that run the text that they are given first -> what runs it."""
TEXT_STARTERS = frozenset({"anyio.run_process", "anyio.open_process"})
"""These hand a text to the shell, and start the program that a list begins with."""
SPREADING = frozenset({"asyncio.create_subprocess_exec"})
"""These take program and arguments one by one."""
STARTERS = (
    frozenset({f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen")})
    | TEXT_STARTERS
    | SPREADING
)
"""Calls that start a program; with `shell=True` they hand a text to the shell."""
COMMAND_NAMES = frozenset(name.rpartition(".")[2] for name in (*RUNNERS, *STARTERS))
INTERPRETERS: Mapping[str, str] = {
    **dict.fromkeys(("sh", "bash", "zsh", "dash", "ash", "ksh", "su"), "shell"),
    **dict.fromkeys(("python", "python3"), "python"),
}
"""Programs that run what stands behind `-c`."""

# -- barriers

CHECKING = frozenset(
    {f"builtins.{name}" for name in ("int", "float", "bool", "complex", "getattr", "hasattr", "all", "any", "next")}
    | {"uuid.UUID", "pydantic.TypeAdapter", "pydantic.validate_call", "ipaddress.ip_address", "os.path.commonpath"}
    | {"os.path.commonprefix", "os.path.relpath", "datetime.datetime.strptime", "datetime.datetime.fromisoformat"}
    | {"urllib.parse.urlparse", "urllib.parse.urlsplit", "ast.parse"}
)
"""Library functions that refuse some texts."""
ASKING_ONLY = frozenset(
    {f"os.path.{name}" for name in ("exists", "isfile", "isdir", "getsize", "splitext", "getmtime", "lexists")}
    | {"builtins.len", "builtins.isinstance", "mimetypes.guess_type", "builtins.open", "os.stat", "os.access"}
    | {"aiofiles.os.path.exists", "aiofiles.os.path.isfile", "aiofiles.ospath.exists"}
)
"""Calls in a condition that ask nothing of where a path leads."""
ASKING_METHODS = frozenset(
    {
        "exists", "is_file", "is_dir", "stat", "endswith", "iterdir", "glob", "rglob",
    }
)  # fmt: skip
SPLITTING = frozenset({"split", "rsplit", "partition", "rpartition"})
"""These ask for no more than the ending where they split at a dot."""
ASKING_ATTRIBUTES = frozenset({"suffix", "suffixes"})
FINDING_METHODS = frozenset({"one", "scalar_one", "get_one", "one_or_404", "first_or_404", "get_or_404"})
"""Methods that raise where no row is found."""
RAISING_METHODS = FINDING_METHODS | {"relative_to", "is_relative_to", "index", "validate", "full_match", "match"}
KEEPING_METHODS = frozenset({"add", "add_all", "append", "extend", "merge", "refresh", "insert_one", "put"})
"""Methods that take whatever they are given."""
LOGGERS = frozenset({"logger", "log", "logging", "print", "console", "_logger", "LOG", "LOGGER"})
VALIDATORS = frozenset({"pydantic.validator", "pydantic.field_validator", "sqlalchemy.orm.validates"})
MODEL_VALIDATORS = frozenset({"pydantic.model_validator", "pydantic.root_validator"})
