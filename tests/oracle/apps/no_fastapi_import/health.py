def read_health():
    return "ok"
