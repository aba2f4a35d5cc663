"""A dependency in every form in which a parameter can hold it."""

from typing import Annotated

import deps
import fastapi
from deps import Active, ActiveUser, SettingsDep, active_user, markers, scoped
from fastapi import APIRouter, Depends, FastAPI, Security
from fastapi.params import Depends as DependsClass

router = APIRouter(prefix="/forms")
app = FastAPI()
LOCAL = Depends(deps.get_settings)


@router.get("/default")
def by_default(user: str = Depends(active_user)) -> None: ...


@router.get("/keyword")
def by_keyword(user: str = Depends(dependency=active_user, use_cache=False)) -> None: ...


@router.get("/untyped")
def untyped(user=Depends(active_user), other=fastapi.Depends(deps.get_settings)) -> None: ...


@router.get("/annotated")
def by_annotated(user: Annotated[str, Depends(active_user)]) -> None: ...


@router.get("/class")
def by_class(user: Annotated[str, DependsClass(active_user)]) -> None: ...


@router.get("/alias")
def by_alias(user: ActiveUser, settings: SettingsDep) -> None: ...


@router.get("/name")
def by_name(user: str = Active, settings: dict = LOCAL) -> None: ...


@router.get("/attribute")
def by_attribute(user: str = markers.user, settings: dict = deps.Markers.settings) -> None: ...


@router.get("/module")
def by_module(user: str = deps.Active, *, settings: deps.SettingsDep) -> None: ...


@router.get("/function")
def by_function(user: str = deps.needs("read")) -> None: ...


@router.get("/annotation-call")
def by_annotation_call(user: scoped("write")) -> None: ...  # type: ignore[valid-type]


@router.get("/security")
def by_security(user: str = Security(active_user), *, other: Annotated[str, Security(active_user, scopes=["x"])]) -> None: ...


@router.get("/metadata")
def by_metadata(user: Annotated[str, "first", Depends(active_user), "last"]) -> None: ...


app.include_router(router)
