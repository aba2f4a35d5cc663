"""Data of other users."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_fastapi.semantics.functions import Function
from flake8_fastapi.semantics.security import owned
from flake8_fastapi.semantics.security.owned import Unscoped
from flake8_fastapi.visitor import Finding, check, fitting, short


@check(optional=True)
def unscoped_query(function: Function) -> Iterator[Finding]:
    """A handler knows who the user is, and looks up a row by an id of the path without asking whose it is.

    Whoever is signed in can then count up the ids, and read, change or delete the rows of all others. Found for
    entities with a column for their owner that other code of the project compares. Silent where the handler uses the
    user for anything but logging, for administrators, roles and scopes, and where a dependency or a call may check.

    Bad::

        class Note(Base):
            __tablename__ = "notes"
            id: Mapped[int] = mapped_column(primary_key=True)
            user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

        def current_user_id(token: str = Depends(OAuth2PasswordBearer(tokenUrl="login"))) -> int:
            return int(jwt.decode(token, load_key(), algorithms=["HS256"])["sub"])

        @app.get("/notes")
        def notes(user_id: int = Depends(current_user_id), db: Session = Depends(get_db)) -> list[int]:
            return [note.id for note in db.query(Note).filter(Note.user_id == user_id).limit(9)]

        @app.delete("/notes/{note_id}")
        def delete_note(note_id: int, user_id: int = Depends(current_user_id), db: Session = Depends(get_db)) -> None:
            note = db.get(Note, note_id)  # FAP009
            if note is None:
                raise HTTPException(404)
            db.delete(note)
            db.commit()

    Good::

        class Note(Base):
            __tablename__ = "notes"
            id: Mapped[int] = mapped_column(primary_key=True)
            user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

        def current_user_id(token: str = Depends(OAuth2PasswordBearer(tokenUrl="login"))) -> int:
            return int(jwt.decode(token, load_key(), algorithms=["HS256"])["sub"])

        @app.get("/notes")
        def notes(user_id: int = Depends(current_user_id), db: Session = Depends(get_db)) -> list[int]:
            return [note.id for note in db.query(Note).filter(Note.user_id == user_id).limit(9)]

        @app.delete("/notes/{note_id}")
        def delete_note(note_id: int, user_id: int = Depends(current_user_id), db: Session = Depends(get_db)) -> None:
            note = db.get(Note, note_id)
            if note is None or note.user_id != user_id:
                raise HTTPException(404)
            db.delete(note)
            db.commit()
    """
    for found in owned.of(function):
        yield Finding(found.position, _unscoped(found, function.name))


def _unscoped(found: Unscoped, name: str) -> str:
    handler, entity, user = f"`{short(name, 30)}`", f"`{short(found.entity, 30)}`", f"`{short(found.user, 20)}`"
    what = f"{handler} ignores {user}: whoever is signed in can {found.deed} any {entity}"
    if found.column:
        column = f"`{short(found.column, 30)}`"
        return fitting(f"{what} by its id; compare its {column} with {user}", f"{what}; compare its {column}", what)
    if found.peer:
        rank, peer = f"`{short(found.rank, 30)}`", f"`{short(found.peer, 30)}`"
        return fitting(f"{what}, unlike in {peer}; add {rank}", f"{what}; add {rank}", what)
    key = f"`{short(found.key, 30)}`"
    return fitting(f"{what} by {key}; compare it, or ask for a role", f"{what}; compare it, or ask for a role", what)
