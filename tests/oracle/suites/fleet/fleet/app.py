from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field

app = FastAPI()
_ships: dict[str, "Ship"] = {}


class Ship(BaseModel):
    name: str
    tons: int = Field(gt=0)


@app.get("/ships")
def list_ships() -> list[Ship]:
    return list(_ships.values())


@app.post("/ships", status_code=201)
def add_ship(ship: Ship) -> Ship:
    if ship.name in _ships:
        raise HTTPException(409, "that ship exists")
    _ships[ship.name] = ship
    return ship


@app.get("/ships/{name}")
def read_ship(name: str = Path(max_length=20)) -> Ship:
    if name not in _ships:
        raise HTTPException(404, "no such ship")
    return _ships[name]


@app.delete("/ships/{name}")
def scrap_ship(name: str) -> dict[str, str]:
    _ships.pop(name, None)
    return {"scrapped": name}


@app.post("/ships/{name}/repair")
def repair_ship(name: str) -> dict[str, str]:
    return {"repaired": name}


@app.get("/files/{file_path:path}")
def read_file(file_path: str) -> dict[str, str]:
    return {"path": file_path}


@app.get("/ports/{port_id:int}")
def read_port(port_id: int) -> dict[str, int]:
    return {"port": port_id}
