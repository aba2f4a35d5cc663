"""Responses and response classes: annotations, decorators, routers, inclusions and the application."""

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.responses import FileResponse


class XMLResponse(Response):
    media_type = "application/xml"


class Envelope(JSONResponse):
    pass


app = FastAPI(default_response_class=Envelope)
text = APIRouter(prefix="/text", default_response_class=PlainTextResponse)
plain = APIRouter(prefix="/plain")


@app.get("/default")
def default() -> dict[str, int]:
    return {}


@app.get("/annotated")
def annotated() -> Response:
    return Response()


@app.get("/subclass")
async def subclass() -> XMLResponse:
    return XMLResponse()


@app.get("/redirect", response_class=RedirectResponse, status_code=302)
def redirect() -> str:
    return "/"


@app.get("/stream")
def stream() -> StreamingResponse:
    return StreamingResponse(iter(()))


@app.get("/file", response_class=FileResponse)
def file():  # type: ignore[no-untyped-def]
    return __file__


@app.get("/json", response_class=JSONResponse)
def json() -> list[int]:
    return []


@app.get("/union", response_model=None)
def union() -> Response | dict[str, int]:
    return {}


@app.get("/model-beside", response_model=list[int])
def model_beside() -> JSONResponse:
    return JSONResponse([])


@text.get("/default")
def text_default() -> str:
    return ""


@text.get("/own", response_class=HTMLResponse)
def text_own() -> str:
    return ""


@plain.get("/default")
def plain_default() -> str:
    return ""


app.include_router(text)
app.include_router(plain)
app.include_router(text, prefix="/again", default_response_class=XMLResponse)
app.include_router(plain, prefix="/again", default_response_class=XMLResponse)
