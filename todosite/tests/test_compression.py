"""Pages and fragments are compressed (GZipMiddleware), with unchanged contents."""

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

    def test_page_is_much_smaller_when_compressed(self):
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

    def test_browser_without_gzip_gets_the_page_uncompressed(self):
        response = self.client.get("/tasks/")
        self.assertNotIn("Content-Encoding", response)
        self.assertIn("Accept-Encoding", response["Vary"])
        self.assertContains(response, "Milk")

    def test_length_of_a_page_is_random(self):
        """A file name of random length is inserted, so that no secret can be guessed by lengths.

        That attack is BREACH; Django documents this protection of its GZipMiddleware.
        """
        pages = [self.get("/tasks/").content for _ in range(20)]
        self.assertEqual({page[3] & FNAME for page in pages}, {FNAME})
        names = {page[10:].partition(b"\0")[0] for page in pages}
        self.assertGreater(len({len(name) for name in names}), 5)

    def test_unchanged_page_is_still_a_304(self):
        state = self.get("/tasks/")["ETag"]
        self.assertEqual(state[:3], 'W/"')
        plain = state.removeprefix(
            "W/"
        )  # As freshness.js does, with the state that the page was given.
        for tag in (state, plain):
            response = self.get("/tasks/", **{"If-None-Match": tag})
            self.assertEqual((response.status_code, response.content), (304, b""))
            self.assertNotIn("Content-Encoding", response)

    def test_error_page_is_compressed(self):
        response = self.get("/nothing/")
        self.assertEqual(response.status_code, 404)
        self.assertIn(b"Page not found", gzip.decompress(response.content))
