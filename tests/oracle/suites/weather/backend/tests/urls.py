"""Where everything is."""

from weather.config import settings

STATIONS = f"{settings.API_PREFIX}/stations"


def station(code: str) -> str:
    return f"{STATIONS}/{code}"


def readings(code: str) -> str:
    return station(code) + "/readings"


class Routes:
    stations = STATIONS

    @staticmethod
    def reading(code: str) -> str:
        return "{}/stations/{}/readings".format(settings.API_PREFIX, code)
