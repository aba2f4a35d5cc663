from __future__ import annotations

from fastapi import FastAPI

app = FastAPI()
