from deps import route_guard
from fastapi import APIRouter, Depends

users = APIRouter(prefix="/users")


@users.get("/{user_id}", dependencies=[Depends(route_guard)])
def read_user(user_id: int) -> int:
    return user_id
