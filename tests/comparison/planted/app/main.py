from __future__ import annotations

from fastapi import FastAPI

from app import calls, drivers, files, instances, look_alikes, loops, processes, roles, sessions, streams, through_helpers

app = FastAPI(lifespan=roles.lifespan)
for module in (calls, drivers, files, instances, look_alikes, loops, processes, sessions, streams, through_helpers):
    app.include_router(module.router)
app.include_router(roles.router)
roles.install(app)
