from deps import app_guard
from fastapi import APIRouter, Depends

admin = APIRouter(prefix="/admin", dependencies=[Depends(app_guard)])


@admin.delete("/{key}")
def delete(key: int) -> None: ...
