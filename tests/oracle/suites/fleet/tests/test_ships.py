from .base import ApiCase, PortCases


class ShipTest(ApiCase):
    def test_add(self) -> None:
        self.add("Fram")
        response = self.client.get(self.url("Fram"))
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json()["tons"], 100)

    def test_twice(self) -> None:
        self.add("Fram")
        self.add("Fram", expected=409)

    def test_invalid(self) -> None:
        for tons in (0, -1):
            with self.subTest(tons=tons):
                self.add("Gjoa", tons, 422)

    def test_unknown(self) -> None:
        self.assert_missing(self.client.get(self.url("Maud")))

    def test_list(self) -> None:
        self.add("Fram")
        response = self.client.get("/ships")
        self.assertTrue(response.is_success)
        self.assertIn(response.status_code, (200, 206))

    def test_scrap(self) -> None:
        response = self.client.delete(self.url("Fram"))
        self.assertLess(response.status_code, 300)


class HarbourTest(PortCases, ApiCase):
    def test_file(self) -> None:
        response = self.client.get("/files/charts/north/1893.pdf")
        self.assertEqual(response.json()["path"], "charts/north/1893.pdf")

    def test_no_port(self) -> None:
        self.assert_missing(self.client.get("/ports/oslo"))
