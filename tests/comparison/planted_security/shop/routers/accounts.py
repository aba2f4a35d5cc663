"""Signing in: routes that need no authentication, and what they send."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Form, HTTPException, Response
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, SecretStr

from shop.deps import USERS, CurrentUser, OptionalUser, User, get_optional_user, issue_token

router = APIRouter(prefix="/accounts")


class Login(BaseModel):
    name: str
    password: SecretStr


@router.post("/token")
def get_token(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, str]:
    return {"access_token": issue_token(USERS[form.username]), "token_type": "bearer"}  # GOOD a scheme


@router.post("/login")
def log_in(login: Login, response: Response) -> None:
    token = issue_token(USERS[login.name])
    response.set_cookie("access_token", token)  # BAD insecure-cookie


@router.post("/login/session")
def start_session(login: Login, response: Response) -> None:
    token = issue_token(USERS[login.name])
    response.set_cookie(  # BAD insecure-cookie
        key="session", value=token, httponly=False, secure=True, samesite="lax"
    )


@router.post("/login/safe")
def log_in_safely(login: Login, response: Response) -> None:
    token = issue_token(USERS[login.name])
    response.set_cookie("access_token", token, httponly=True, secure=True, samesite="lax")  # GOOD all of them
    response.set_cookie("theme", "dark")  # GOOD nothing that opens a door


@router.post("/logout")
def log_out(response: Response) -> None:
    response.delete_cookie("access_token")  # GOOD nothing to protect


@router.get("/theme")
def show_theme(theme: Annotated[str, Cookie()] = "light") -> str:
    return theme


@router.post("/login/query")
def log_in_by_query(name: str, password: str) -> str:  # BAD credential-in-query
    return issue_token(USERS[name]) if password else ""


@router.post("/reset")
def reset_password(new_password: str, code: Annotated[str, Form()]) -> str:  # BAD credential-in-query
    return f"{len(code)} {len(new_password)}"


@router.get("/verify")
def verify_address(token: str) -> str:  # GOOD the token of a link in a mail
    return f"{len(token)}"


@router.get("/pages")
def list_pages(page_token: str = "", max_tokens: int = 10) -> str:  # GOOD a place in a list, a number
    return f"{page_token} {max_tokens}"


@router.post("/change")
def change_password(user: CurrentUser, password: Annotated[SecretStr, Form()]) -> str:  # GOOD in the body
    return f"{user.name} {len(password)}"


@router.get("/greeting")
def greet(user: OptionalUser) -> str:
    return f"hello {user.name}" if user else "hello"  # GOOD tested


@router.get("/profile")
def show_profile(user: Annotated[User, Depends(get_optional_user)]) -> str:
    return user.name  # BAD optional-auth-unchecked


@router.delete("/profile/{number}")
def delete_profile(number: int, user: OptionalUser) -> str:  # BAD optional-auth-unchecked
    return f"{number} is gone"


@router.get("/points")
def count_points(user: OptionalUser) -> int:
    if user is None:
        raise HTTPException(status_code=401)  # GOOD tested
    return user.id
