"""What the shop says about itself."""

from __future__ import annotations

import os
from typing import Annotated

from fastapi import APIRouter, Depends

from shop.config import Settings, get_settings, settings

router = APIRouter(prefix="/debug")
COMMIT = os.environ.get("COMMIT", "unknown")


@router.get("/environment")
def show_environment() -> dict[str, str]:
    return dict(os.environ)  # BAD secret-exposed


@router.get("/settings")
def show_settings() -> Settings:
    return settings  # BAD secret-exposed


@router.get("/key")
def show_key() -> dict[str, str]:
    return {"title": settings.title, "key": settings.secret_key}  # BAD secret-exposed


@router.get("/region")
def show_region() -> str:
    return os.environ["REGION"]  # BAD env-in-handler


def get_zone() -> str:
    return os.getenv("ZONE", "eu")  # BAD env-in-handler


@router.get("/zone")
def show_zone(zone: Annotated[str, Depends(get_zone)]) -> str:
    return zone


def make_settings() -> Settings:
    return Settings()  # BAD settings-per-request


@router.get("/title")
def show_title(current: Annotated[Settings, Depends(make_settings)]) -> str:
    return current.title


@router.get("/version")
def show_version(current: Annotated[Settings, Depends(get_settings)]) -> dict[str, str]:
    return {"commit": COMMIT, "title": current.title}  # GOOD read once


@router.get("/ready")
def show_readiness() -> dict[str, bool]:
    return {"key": bool(settings.secret_key), "mail": settings.smtp_password != ""}  # GOOD only whether it is set
