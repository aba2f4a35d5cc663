from fastapi import APIRouter, Depends

from shop.deps import StockDep, admin

router = APIRouter(dependencies=[Depends(admin)])


@router.post("/reset")
def reset(stock: StockDep) -> dict[str, int]:
    removed = len(stock.items)
    stock.items.clear()
    return {"removed": removed}


@router.get("/report")
def report(stock: StockDep) -> dict[str, int]:
    return stock.items


@router.post("/rebuild")
def rebuild() -> dict[str, bool]:
    return {"rebuilt": True}
