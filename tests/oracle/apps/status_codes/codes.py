from enum import IntEnum
from http import HTTPStatus

ACCEPTED = HTTPStatus.ACCEPTED


class Codes(IntEnum):
    MULTI = 207
