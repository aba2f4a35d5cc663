import shared
from shared import other as renamed


@renamed.get("/items")
def list_items():
    return []


@shared.router.get("/shared-items")
async def list_shared():
    return []
