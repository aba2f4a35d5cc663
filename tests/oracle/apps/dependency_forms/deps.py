from typing import Annotated, Any

from fastapi import Depends
from guards import needs as needs
from guards import scoped as scoped


def get_settings(verbose: bool = False) -> dict[str, Any]:
    return {}


def active_user(token: str) -> str:
    return token


Active = Depends(active_user)
ActiveUser = Annotated[str, Depends(active_user)]
SettingsDep = Annotated[dict[str, Any], Depends(get_settings)]


class Markers:
    settings = Depends(get_settings)

    def __init__(self) -> None:
        self.user = Depends(active_user)


markers = Markers()
