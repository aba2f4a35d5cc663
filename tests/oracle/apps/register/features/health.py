def attach(router):
    """The parameter has no annotation and this file does not import fastapi."""

    @router.get("/ping")
    def ping():
        return "pong"
