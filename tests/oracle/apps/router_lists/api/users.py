from fastapi import APIRouter

router = APIRouter(prefix="/users", tags=["own"])


@router.get("/{user_id}")
def read_user(user_id: int) -> int:
    return user_id
