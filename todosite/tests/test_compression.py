"""Pages and fragments are sent compressed (GZipMiddleware), and stay what they are."""

import gzip

from tasks.tests.pages import HTMX, PageTests

ACCEPTS = {"Accept-Encoding": "gzip, deflate, br"}
FNAME = 8  # the bit of RFC 1952, section 2.3.1, for a name of the file


class CompressionTests(PageTests):
    def setUp(self):
        super().setUp()
        self.task = self.add_task("Milk")

    def get(self, url, **headers):
        return self.client.get(url, headers=ACCEPTS | headers)

    def test_page_is_a_small_part_of_its_bytes(self):
        for number in range(60):
            self.add_task(f"Milk {number}")
        response = self.get("/tasks/")
        self.assertEqual(response["Content-Encoding"], "gzip")
        self.assertEqual(response["Content-Length"], str(len(response.content)))
        whole = gzip.decompress(response.content)
        self.assertIn(b"Milk 59", whole)
        self.assertLess(len(response.content), len(whole) / 8)

    def test_fragment_is_compressed_too(self):
        url = f"/tasks/{self.task.pk}/complete/"
        response = self.client.post(url, {"next": "/tasks/"}, headers=ACCEPTS | HTMX)
        self.assertEqual(response["Content-Encoding"], "gzip")
        self.assertIn("“Milk”".encode(), gzip.decompress(response.content))

    def test_browser_that_does_not_ask_for_it_gets_it_as_it_is(self):
        response = self.client.get("/tasks/")
        self.assertNotIn("Content-Encoding", response)
        self.assertIn("Accept-Encoding", response["Vary"])
        self.assertContains(response, "Milk")

    def test_length_tells_nothing_of_the_page(self):
        """A name of random length stands before it, so that no secret is guessed by lengths.

        BREACH is that attack; Django documents this protection of its GZipMiddleware.
        """
        pages = [self.get("/tasks/").content for _ in range(20)]
        self.assertEqual({page[3] & FNAME for page in pages}, {FNAME})
        names = {page[10:].partition(b"\0")[0] for page in pages}
        self.assertGreater(len({len(name) for name in names}), 5)

    def test_page_that_did_not_change_is_still_304(self):
        state = self.get("/tasks/")["ETag"]
        self.assertEqual(state[:3], 'W/"')
        plain = state.removeprefix("W/")  # as freshness.js asks, with what the page knows
        for tag in (state, plain):
            response = self.get("/tasks/", **{"If-None-Match": tag})
            self.assertEqual((response.status_code, response.content), (304, b""))
            self.assertNotIn("Content-Encoding", response)

    def test_error_page_is_compressed(self):
        response = self.get("/nothing/")
        self.assertEqual(response.status_code, 404)
        self.assertIn(b"There is nothing here", gzip.decompress(response.content))
