from fastapi import FastAPI

from weather import stations
from weather.config import settings

app = FastAPI(title=settings.TITLE)
app.include_router(stations.router, prefix=settings.API_PREFIX)
