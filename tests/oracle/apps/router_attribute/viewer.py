def extend(factory):
    """`factory.router`, in a file that does not import fastapi."""

    @factory.router.get("/viewer")
    def viewer():
        return "viewer"
