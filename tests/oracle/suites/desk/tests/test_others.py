def test_greeting(plain_client):
    response = plain_client.get("/")
    assert response.json() == {"greeting": "good morning"}


def test_chat(plain_client):
    with plain_client.websocket_connect("/desk/chat/lobby") as websocket:
        assert websocket.receive_text() == "welcome to lobby"


def test_ping(plain_client):
    assert plain_client.get("/status/ping").json() == "pong"


def test_no_such_status(plain_client):
    assert plain_client.get("/status/disk").status_code == 404
