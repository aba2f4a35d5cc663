from fastapi import APIRouter, HTTPException, status
from pydantic import BaseModel, Field

router = APIRouter(prefix="/stations", tags=["stations"])


class Station(BaseModel):
    code: str = Field(min_length=2)
    height: float = 0


class Reading(BaseModel):
    celsius: float = Field(ge=-90, le=60)


stations: dict[str, Station] = {}
readings: dict[str, list[Reading]] = {}


def known(code: str) -> Station:
    if code not in stations:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "no such station")
    return stations[code]


@router.post("", status_code=status.HTTP_201_CREATED, name="create-station")
async def create(station: Station) -> Station:
    stations[station.code] = station
    return station


@router.get("", name="list-stations")
async def list_stations() -> list[Station]:
    return [*stations.values()]


@router.get("/{code}", name="read-station")
async def read(code: str) -> Station:
    return known(code)


@router.patch("/{code}", name="change-station")
async def change(code: str, station: Station) -> Station:
    known(code)
    stations[code] = station
    return station


@router.post("/{code}/readings", status_code=status.HTTP_202_ACCEPTED, name="add-reading")
async def add_reading(code: str, reading: Reading) -> Reading:
    known(code)
    readings.setdefault(code, []).append(reading)
    return reading


@router.get("/{code}/readings", name="list-readings")
async def list_readings(code: str) -> list[Reading]:
    return readings.get(code, [])


@router.delete("/{code}/readings", name="clear-readings")
async def clear_readings(code: str) -> dict[str, int]:
    return {"removed": len(readings.pop(code, []))}
