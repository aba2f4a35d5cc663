from typing import Annotated

from fastapi import Header

Token = Annotated[str, Header(alias="X-Token")]
