from fastapi import Header


async def verify(x_key: str = Header(alias="X-Api-Key")) -> str:
    return x_key
