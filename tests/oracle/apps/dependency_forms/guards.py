from typing import Annotated, Any

from fastapi import Depends


def needs(permission: str) -> Any:
    def check_permission(realm: str) -> str:
        return permission + realm

    return Depends(check_permission)


def scoped(scope: str) -> Any:
    def check_scope(tenant: str) -> str:
        return scope + tenant

    return Annotated[str, Depends(check_scope)]
