BASE = "/api/v1/admin"


def test_reset(as_admin):
    response = as_admin.post(f"{BASE}/reset")
    assert response.status_code == 200
    assert response.json() == {"removed": 1}


def test_user_may_not(as_user, assert_refused):
    for path in ("/reset", "/rebuild"):
        assert_refused(as_user.post(BASE + path), 403)


def test_nobody_may(http, assert_refused):
    assert_refused(http.post(f"{BASE}/reset"))
