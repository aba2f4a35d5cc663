"""Values of the client in file paths, in SQL and in memory (FAP009), each with the right way beside it."""

from __future__ import annotations

from security_pairs import EVIL, LARGE, PRIVATE, asks, body, leaves, pair, read_whole, status, uploads

_START = """\
app = FastAPI(openapi_url=None)
DATA = Path("FOLDER")


"""

UPLOADS = [
    pair(
        "file name of the client joined",
        """
        @app.post("/files")
        def save(file: UploadFile) -> str:
            with open(os.path.join("FOLDER", file.filename or ""), "wb") as target:  # FAP009 upload-path
                shutil.copyfileobj(file.file, target)
            return "saved"
        """,
        """
        @app.post("/files")
        def save(file: UploadFile) -> str:
            with open(os.path.join("FOLDER", os.path.basename(file.filename or "")), "wb") as target:
                shutil.copyfileobj(file.file, target)
            return "saved"
        """,
        leaves("planted.txt"),
        uploads("../planted.txt"),
        start=_START,
    ),
    pair(
        "file name of the client behind a slash",
        """
        @app.post("/files")
        def save(file: UploadFile) -> str:
            path = DATA / f"{file.filename}"
            with path.open("wb") as target:  # FAP009 upload-path
                shutil.copyfileobj(file.file, target)
            return "saved"
        """,
        """
        @app.post("/files")
        def save(file: UploadFile) -> str:
            path = DATA / Path(file.filename or "").name
            with path.open("wb") as target:
                shutil.copyfileobj(file.file, target)
            return "saved"
        """,
        leaves("planted.txt"),
        uploads("../planted.txt"),
        start=_START,
    ),
    pair(
        "file name of the client, an own name",
        """
        @app.post("/files")
        def save(file: UploadFile) -> str:
            with open(f"FOLDER/{file.filename}", "wb") as target:  # FAP009 upload-path
                shutil.copyfileobj(file.file, target)
            return "saved"
        """,
        """
        @app.post("/files")
        def save(file: UploadFile) -> str:
            with open(f"FOLDER/{uuid.uuid4().hex}", "wb") as target:
                shutil.copyfileobj(file.file, target)
            return "saved"
        """,
        leaves("planted.txt"),
        uploads("../planted.txt"),
        start=_START,
    ),
    pair(
        "file name of the client, in a helper",
        """
        def place_of(name: str) -> Path:
            return DATA / name


        @app.post("/files")
        def save(file: UploadFile) -> str:
            path = place_of(file.filename or "")
            with open(path, "wb") as target:  # FAP009 upload-path
                shutil.copyfileobj(file.file, target)
            return "saved"
        """,
        """
        def place_of(name: str) -> Path:
            return DATA / Path(name).name


        @app.post("/files")
        def save(file: UploadFile) -> str:
            path = place_of(file.filename or "")
            with open(path, "wb") as target:
                shutil.copyfileobj(file.file, target)
            return "saved"
        """,
        leaves("planted.txt"),
        uploads("../planted.txt"),
        start=_START,
    ),
    pair(
        "upload read whole",
        """
        @app.post("/files")
        async def measure(file: UploadFile) -> int:
            content = await file.read()  # FAP009 unbounded-upload
            return len(content)
        """,
        """
        @app.post("/files")
        async def measure(file: UploadFile) -> int:
            size = 0
            while chunk := await file.read(64 * 1024):
                size += len(chunk)
                if size > 1_000_000:
                    raise HTTPException(status_code=413)
            return size
        """,
        read_whole,
        uploads("large", b"x" * LARGE),
        answers=(413,),
        start=_START,
    ),
]

PATHS = [
    pair(
        "file that the query names, opened",
        """
        @app.get("/", response_class=PlainTextResponse)
        def show_file(name: str) -> str:
            with open(os.path.join("FOLDER", name)) as source:  # FAP009 path-traversal
                return source.read()
        """,
        """
        @app.get("/", response_class=PlainTextResponse)
        def show_file(name: str) -> str:
            path = os.path.realpath(os.path.join("FOLDER", name))
            if not path.startswith(os.path.realpath("FOLDER") + os.sep):
                raise HTTPException(status_code=404)
            with open(path) as source:
                return source.read()
        """,
        body(PRIVATE),
        asks(params={"name": "../private.txt"}),
        answers=(404,),
        start=_START,
    ),
    pair(
        "file that the path names, sent",
        """
        @app.get("/files/{name:path}")
        def send_file(name: str) -> FileResponse:
            return FileResponse(DATA / name)  # FAP009 path-traversal
        """,
        """
        @app.get("/files/{name:path}")
        def send_file(name: str) -> FileResponse:
            path = (DATA / name).resolve()
            if not path.is_relative_to(DATA.resolve()):
                raise HTTPException(status_code=404)
            return FileResponse(path)
        """,
        body(PRIVATE),
        asks("/files/%2E%2E/private.txt"),
        answers=(404,),
        start=_START,
    ),
    pair(
        "file that the body names, read",
        """
        class Wanted(BaseModel):
            name: str


        @app.post("/", response_class=PlainTextResponse)
        def show_file(wanted: Wanted) -> str:
            return (DATA / wanted.name).read_text()  # FAP009 path-traversal
        """,
        """
        class Wanted(BaseModel):
            name: str


        @app.post("/", response_class=PlainTextResponse)
        def show_file(wanted: Wanted) -> str:
            path = DATA / Path(wanted.name).name
            if not path.is_file():
                raise HTTPException(status_code=404)
            return path.read_text()
        """,
        body(PRIVATE),
        asks("/", "POST", json={"name": "../private.txt"}),
        answers=(404,),
        start=_START,
    ),
    pair(
        "file at an absolute path",
        """
        @app.get("/", response_class=PlainTextResponse)
        def show_file(name: str) -> str:
            return (DATA / name).read_text()  # FAP009 path-traversal
        """,
        """
        @app.get("/", response_class=PlainTextResponse)
        def show_file(name: str) -> str:
            path = DATA / os.path.basename(name)
            if not path.is_file():
                raise HTTPException(status_code=404)
            return path.read_text()
        """,
        body(PRIVATE),
        asks(params={"name": "FOLDER/../private.txt"}),
        answers=(404,),
        start=_START,
    ),
    pair(
        "file deleted",
        """
        @app.delete("/")
        def delete_file(name: str) -> str:
            os.remove(f"FOLDER/{name}")  # FAP009 path-traversal
            return "gone"
        """,
        """
        @app.delete("/")
        def delete_file(name: str) -> str:
            if name not in os.listdir("FOLDER"):
                raise HTTPException(status_code=404)
            os.remove(f"FOLDER/{name}")
            return "gone"
        """,
        status(200),
        asks("/", "DELETE", params={"name": "../private.txt"}),
        answers=(404,),
        start=_START,
    ),
]

ADDRESSES = [
    pair(
        "address of the client asked",
        """
        @app.get("/")
        def preview(url: str) -> bytes:
            with urlopen(url) as answer:  # FAP009 request-driven-url
                return bytes(answer.read(1000))
        """,
        """
        PAGES = {"about": "file://FOLDER/about.html"}


        @app.get("/")
        def preview(url: str) -> bytes:
            if url not in PAGES:
                raise HTTPException(status_code=404)
            with urlopen(PAGES[url]) as answer:
                return bytes(answer.read(1000))
        """,
        body(PRIVATE),
        asks(params={"url": "file://FOLDER/../private.txt"}),
        answers=(404,),
        start=_START,
        enable="request-driven-url",
    ),
    pair(
        "redirected wherever the client says",
        """
        @app.get("/")
        def go_on(target: str = "/") -> RedirectResponse:
            return RedirectResponse(target)  # FAP009 request-driven-url
        """,
        """
        @app.get("/")
        def go_on(target: str = "/") -> RedirectResponse:
            return RedirectResponse(f"/pages/{target}")
        """,
        lambda outcome: outcome.last.headers["location"].startswith(EVIL),
        asks(params={"target": f"{EVIL}/login"}),
        answers=(307,),
        start=_START,
        enable="request-driven-url",
    ),
]

_ITEMS = """\
app = FastAPI(openapi_url=None)
connection = sqlite3.connect(":memory:", check_same_thread=False)
connection.executescript(
    "CREATE TABLE item (name TEXT, owner TEXT); INSERT INTO item VALUES ('ball', 'ann'), ('letter of bob', 'bob')"
)


"""
_INJECTED = "x' OR owner = 'bob"

SQL = [
    pair(
        "query formatted into SQL",
        """
        @app.get("/")
        def find_items(name: str) -> list[str]:
            rows = connection.execute(f"SELECT name FROM item WHERE name = '{name}'")  # FAP009 sql-from-request
            return [row[0] for row in rows]
        """,
        """
        @app.get("/")
        def find_items(name: str) -> list[str]:
            rows = connection.execute("SELECT name FROM item WHERE name = ?", (name,))
            return [row[0] for row in rows]
        """,
        body("letter of bob"),
        asks(params={"name": _INJECTED}),
        start=_ITEMS,
    ),
    pair(
        "query concatenated, in two steps",
        """
        @app.get("/")
        def find_items(name: str) -> list[str]:
            statement = "SELECT name FROM item"
            if name:
                statement += " WHERE name = '" + name + "'"
            rows = connection.execute(statement)  # FAP009 sql-from-request
            return [row[0] for row in rows]
        """,
        """
        @app.get("/")
        def find_items(name: str) -> list[str]:
            statement, values = "SELECT name FROM item", []
            if name:
                statement += " WHERE name = ?"
                values.append(name)
            rows = connection.execute(statement, values)
            return [row[0] for row in rows]
        """,
        body("letter of bob"),
        asks(params={"name": _INJECTED}),
        start=_ITEMS,
    ),
    pair(
        "order of the client",
        """
        @app.get("/")
        def list_items(order: str = "name") -> list[str]:
            statement = "SELECT name FROM item WHERE owner = 'ann' ORDER BY %s" % order
            rows = connection.execute(statement)  # FAP009 sql-from-request
            return [row[0] for row in rows]
        """,
        """
        ORDERS = {"name": "name", "owner": "owner"}


        @app.get("/")
        def list_items(order: str = "name") -> list[str]:
            column = ORDERS.get(order, "name")
            statement = "SELECT name FROM item WHERE owner = 'ann' ORDER BY %s" % column
            rows = connection.execute(statement)
            return [row[0] for row in rows]
        """,
        status(500),
        asks(params={"order": "(SELECT nothing FROM elsewhere)"}),
        start=_ITEMS,
    ),
    pair(
        "body field formatted into SQL by a helper",
        """
        class Wanted(BaseModel):
            name: str


        def statement_for(name: str) -> str:
            return "SELECT name FROM item WHERE name = '{}'".format(name)


        @app.post("/")
        def find_items(wanted: Wanted) -> list[str]:
            rows = connection.execute(statement_for(wanted.name))  # FAP009 sql-from-request
            return [row[0] for row in rows]
        """,
        """
        class Wanted(BaseModel):
            number: int


        def statement_for(number: int) -> str:
            return "SELECT name FROM item WHERE rowid = {}".format(number)


        @app.post("/")
        def find_items(wanted: Wanted) -> list[str]:
            rows = connection.execute(statement_for(wanted.number))
            return [row[0] for row in rows]
        """,
        body("letter of bob"),
        asks("/", "POST", json={"name": _INJECTED}),
        answers=(422,),
        start=_ITEMS,
    ),
]

COMMANDS = [
    pair(
        "query in a shell command",
        """
        @app.get("/")
        def look_up(host: str) -> str:
            command = f"echo {host}"
            done = subprocess.run(command, shell=True, capture_output=True, text=True)  # FAP009 command-from-request
            return done.stdout
        """,
        """
        @app.get("/")
        def look_up(host: str) -> str:
            done = subprocess.run(["echo", host], capture_output=True, text=True)
            return str(len(done.stdout))
        """,
        body(PRIVATE),
        asks(params={"host": "x; cat FOLDER/../private.txt"}),
        start="import subprocess\n\napp = FastAPI(openapi_url=None)\n\n\n",
    ),
    pair(
        "query as Python",
        """
        @app.get("/")
        def compute(formula: str) -> str:
            return str(eval(formula))  # FAP009 command-from-request
        """,
        """
        @app.get("/")
        def compute(formula: str) -> str:
            return str(float(formula) if formula.isdigit() else 0)
        """,
        body(PRIVATE),
        asks(params={"formula": "open('FOLDER/../private.txt').read()"}),
        start="app = FastAPI(openapi_url=None)\n\n\n",
    ),
]

PAIRS = [*UPLOADS, *PATHS, *ADDRESSES, *SQL, *COMMANDS]
