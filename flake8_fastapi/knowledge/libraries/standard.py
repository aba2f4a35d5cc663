"""The standard library."""

from __future__ import annotations

from .family import Family, each, members, moved, to

_LOOP = "asyncio.AbstractEventLoop"
_EXECUTORS = ("concurrent.futures.ThreadPoolExecutor", "concurrent.futures.ProcessPoolExecutor")

ALIASES = {
    "posixpath": "os.path",
    "ntpath": "os.path",
    "genericpath": "os.path",
    "io.open": "builtins.open",
    "_io.open": "builtins.open",
    "_io": "io",
    "pathlib._local": "pathlib",
    "pathlib.PosixPath": "pathlib.Path",
    "pathlib.WindowsPath": "pathlib.Path",
    "concurrent.futures._base": "concurrent.futures",
    "concurrent.futures.thread.ThreadPoolExecutor": "concurrent.futures.ThreadPoolExecutor",
    "concurrent.futures.process.ProcessPoolExecutor": "concurrent.futures.ProcessPoolExecutor",
    **moved(
        "asyncio.events",
        "asyncio",
        "AbstractEventLoop get_event_loop get_running_loop new_event_loop set_event_loop",
    ),
    **to(_LOOP, "asyncio.BaseEventLoop", "asyncio.base_events.BaseEventLoop", "asyncio.SelectorEventLoop"),
    **to("asyncio.Future", "asyncio.futures.Future"),
    **moved("asyncio.tasks", "asyncio", "Task create_task ensure_future gather shield sleep wait wait_for"),
    **moved("asyncio.queues", "asyncio", "Queue PriorityQueue LifoQueue"),
    **moved("asyncio.locks", "asyncio", "Lock Event Semaphore BoundedSemaphore Condition"),
    "asyncio.threads.to_thread": "asyncio.to_thread",
    "asyncio.runners.run": "asyncio.run",
    "asyncio.runners.Runner": "asyncio.Runner",
    **moved("asyncio.streams", "asyncio", "StreamReader StreamWriter open_connection start_server"),
    "sqlite3.dbapi2": "sqlite3",
    "multiprocessing.context.Process": "multiprocessing.Process",
    "multiprocessing.process.BaseProcess": "multiprocessing.Process",
    "_thread.allocate_lock": "threading.Lock",
    "_queue.SimpleQueue": "queue.SimpleQueue",
}

BASES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_EXECUTORS, ("concurrent.futures.Executor",)),
    "asyncio.Task": ("asyncio.Future",),
    "http.client.HTTPSConnection": ("http.client.HTTPConnection",),
    "ssl.SSLSocket": ("socket.socket",),
    "smtplib.SMTP_SSL": ("smtplib.SMTP",),
    "smtplib.LMTP": ("smtplib.SMTP",),
    "imaplib.IMAP4_SSL": ("imaplib.IMAP4",),
    "poplib.POP3_SSL": ("poplib.POP3",),
    "ftplib.FTP_TLS": ("ftplib.FTP",),
    "threading.BoundedSemaphore": ("threading.Semaphore",),
    "threading.Timer": ("threading.Thread",),
    "queue.PriorityQueue": ("queue.Queue",),
    "queue.LifoQueue": ("queue.Queue",),
    "asyncio.PriorityQueue": ("asyncio.Queue",),
    "asyncio.LifoQueue": ("asyncio.Queue",),
    "asyncio.BoundedSemaphore": ("asyncio.Semaphore",),
    "multiprocessing.pool.ThreadPool": ("multiprocessing.pool.Pool",),
    "multiprocessing.pool.MapResult": ("multiprocessing.pool.AsyncResult",),
    "multiprocessing.queues.JoinableQueue": ("multiprocessing.queues.Queue",),
    "multiprocessing.synchronize.Lock": ("multiprocessing.synchronize.SemLock",),
    "multiprocessing.synchronize.RLock": ("multiprocessing.synchronize.SemLock",),
    "multiprocessing.synchronize.Semaphore": ("multiprocessing.synchronize.SemLock",),
    "selectors.DefaultSelector": ("selectors.BaseSelector",),
    "configparser.ConfigParser": ("configparser.RawConfigParser",),
}

RETURNS = {
    **to(
        "io.TextIOWrapper",
        "builtins.open",
        "os.fdopen",
        "pathlib.Path.open",
        "gzip.open",
        "bz2.open",
        "lzma.open",
    ),
    "tempfile.NamedTemporaryFile": "io.BufferedReader",
    "tempfile.TemporaryFile": "io.BufferedReader",
    **each(
        "pathlib.Path",
        "joinpath with_name with_suffix with_stem resolve absolute expanduser relative_to rename replace"
        " readlink cwd home __truediv__",
        "pathlib.Path",
    ),
    "sqlite3.connect": "sqlite3.Connection",
    "sqlite3.Connection.cursor": "sqlite3.Cursor",
    **each("sqlite3.Connection", "execute executemany executescript", "sqlite3.Cursor"),
    **each("sqlite3.Cursor", "execute executemany executescript", "sqlite3.Cursor"),
    "concurrent.futures.Executor.submit": "concurrent.futures.Future",
    "asyncio.run_coroutine_threadsafe": "concurrent.futures.Future",
    f"{_LOOP}.run_in_executor": "asyncio.Future",
    f"{_LOOP}.create_future": "asyncio.Future",
    f"{_LOOP}.create_task": "asyncio.Task",
    **to(_LOOP, "asyncio.get_event_loop", "asyncio.get_running_loop", "asyncio.new_event_loop"),
    **to("asyncio.Task", "asyncio.create_task", "asyncio.ensure_future", "asyncio.current_task"),
    **to("asyncio.Future", "asyncio.gather", "asyncio.shield", "asyncio.wrap_future"),
    "asyncio.TaskGroup.create_task": "asyncio.Task",
    "asyncio.create_subprocess_exec": "asyncio.subprocess.Process",
    "asyncio.create_subprocess_shell": "asyncio.subprocess.Process",
    "urllib.request.urlopen": "http.client.HTTPResponse",
    "urllib.request.OpenerDirector.open": "http.client.HTTPResponse",
    "urllib.request.build_opener": "urllib.request.OpenerDirector",
    "http.client.HTTPConnection.getresponse": "http.client.HTTPResponse",
    "socket.create_connection": "socket.socket",
    "ssl.SSLContext.wrap_socket": "ssl.SSLSocket",
    "ssl.create_default_context": "ssl.SSLContext",
    "os.popen": "io.TextIOWrapper",
    "tarfile.open": "tarfile.TarFile",
    "fileinput.input": "fileinput.FileInput",
    "tarfile.TarFile.extractfile": "io.BufferedReader",
    "zipfile.ZipFile.open": "io.BufferedReader",
    "threading.current_thread": "threading.Thread",
    "multiprocessing.Pool": "multiprocessing.pool.Pool",
    "multiprocessing.Queue": "multiprocessing.queues.Queue",
    "multiprocessing.SimpleQueue": "multiprocessing.queues.SimpleQueue",
    "multiprocessing.JoinableQueue": "multiprocessing.queues.JoinableQueue",
    "multiprocessing.Lock": "multiprocessing.synchronize.Lock",
    "multiprocessing.RLock": "multiprocessing.synchronize.RLock",
    "multiprocessing.Semaphore": "multiprocessing.synchronize.Semaphore",
    "multiprocessing.Event": "multiprocessing.synchronize.Event",
    **each("multiprocessing.pool.Pool", "apply_async map_async starmap_async", "multiprocessing.pool.AsyncResult"),
}

ATTRIBUTES = {
    "pathlib.Path.parent": "pathlib.Path",
    "subprocess.Popen.stdout": "io.BufferedReader",
    "subprocess.Popen.stderr": "io.BufferedReader",
    "sqlite3.Cursor.connection": "sqlite3.Connection",
    "asyncio.subprocess.Process.stdout": "asyncio.StreamReader",
    "asyncio.subprocess.Process.stderr": "asyncio.StreamReader",
    "asyncio.subprocess.Process.stdin": "asyncio.StreamWriter",
}

ENTERS = {
    "tempfile.TemporaryDirectory": "builtins.str",
}

ITERATES = {
    "io.TextIOWrapper": "file",
    "io.BufferedReader": "file",
    "io.BufferedRandom": "file",
    "tempfile.SpooledTemporaryFile": "file",
    "fileinput.FileInput": "file",
    "http.client.HTTPResponse": "io",
    "sqlite3.Cursor": "session",
    "sqlite3.Connection.iterdump": "session",
    "ftplib.FTP.mlsd": "io",
    "concurrent.futures.as_completed": "io",
    "concurrent.futures.Executor.map": "io",
    "multiprocessing.pool.Pool.imap": "io",
    "multiprocessing.pool.Pool.imap_unordered": "io",
}

COROUTINES = (
    members(
        "asyncio",
        "sleep wait wait_for to_thread open_connection start_server open_unix_connection"
        " start_unix_server create_subprocess_exec create_subprocess_shell",
    )
    | members("asyncio.Queue", "get put join")
    | members("asyncio.Event", "wait")
    | members("asyncio.Lock", "acquire")
    | members("asyncio.Semaphore", "acquire")
    | members("asyncio.Condition", "wait wait_for")
    | members("asyncio.StreamReader", "read readline readexactly readuntil")
    | members("asyncio.StreamWriter", "drain wait_closed start_tls")
    | members("asyncio.subprocess.Process", "wait communicate")
    | members(
        _LOOP,
        "connect_accepted_socket connect_read_pipe connect_write_pipe create_connection"
        " create_datagram_endpoint create_server create_unix_connection create_unix_server getaddrinfo"
        " getnameinfo sendfile shutdown_asyncgens shutdown_default_executor sock_accept sock_connect"
        " sock_recv sock_recv_into sock_sendall sock_sendfile start_tls subprocess_exec subprocess_shell",
    )
    | members("contextlib.AsyncExitStack", "aclose enter_async_context")
)

NESTED_LOOPS = {
    "asyncio.run": "await",
    "asyncio.Runner.run": "await",
    f"{_LOOP}.run_until_complete": "await",
    f"{_LOOP}.run_forever": "the running loop",
}

NO_WAIT: dict[str, tuple[int, str, object]] = {
    # Without the look-up of the domain it only reads the text.
    "email_validator.validate_email": (9, "check_deliverability", False),
    "time.sleep": (0, "secs", 0),
    "threading.Lock.acquire": (0, "blocking", False),
    "threading.RLock.acquire": (0, "blocking", False),
    "threading.Semaphore.acquire": (0, "blocking", False),
    "threading.Condition.acquire": (0, "blocking", False),
    "threading.Event.wait": (0, "timeout", 0),
    "threading.Thread.join": (0, "timeout", 0),
    "queue.Queue.get": (0, "block", False),
    "queue.SimpleQueue.get": (0, "block", False),
    "multiprocessing.queues.Queue.get": (0, "block", False),
    "multiprocessing.synchronize.SemLock.acquire": (0, "block", False),
    "multiprocessing.synchronize.Event.wait": (0, "timeout", 0),
    "multiprocessing.Process.join": (0, "timeout", 0),
    "multiprocessing.pool.AsyncResult.get": (0, "timeout", 0),
    "multiprocessing.pool.AsyncResult.wait": (0, "timeout", 0),
    "multiprocessing.connection.wait": (1, "timeout", 0),
    "concurrent.futures.Future.result": (0, "timeout", 0),
    "concurrent.futures.Future.exception": (0, "timeout", 0),
    "concurrent.futures.wait": (1, "timeout", 0),
    "subprocess.Popen.wait": (0, "timeout", 0),
    "select.select": (3, "timeout", 0),
    "select.poll.poll": (0, "timeout", 0),
    "select.epoll.poll": (0, "timeout", 0),
    "selectors.BaseSelector.select": (0, "timeout", 0),
}

FAMILY = Family(
    aliases=ALIASES,
    bases=BASES,
    returns=RETURNS,
    attributes=ATTRIBUTES,
    enters=ENTERS,
    iterates=ITERATES,
    coroutines=COROUTINES,
    nested_loops=NESTED_LOOPS,
    no_wait=NO_WAIT,
)
