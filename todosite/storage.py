"""The static files of production: compressed, and named after what they hold."""

import re
from pathlib import Path

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

_, IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns
# A line that is a comment, the comment after a line, and what a line is indented by.
FOR_READERS = re.compile(rb"^\s*//.*\n|^\s+|\s+// .*$", re.MULTILINE)
HASHED = re.compile(r"\.[0-9a-f]{12}\.")  # as in main.0123456789ab.js.gz


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage, which knows the JavaScript modules of static/js/.

    It names anew what they import, where the import ends with a semicolon: Django leaves out one
    that doesn't. Comments stay behind: they are a fifth of what a browser would fetch.

    A running process goes on handing out its files while those of the next version are collected
    beside them. Django and WhiteNoise write each anew, though nothing in it has changed; here it
    stays as it is. `collectstatic --clear` takes all away first.
    """

    support_js_module_import_aggregation = True
    # Of our modules alone: a comment of django_htmx imports a file that isn't there.
    _js_module_import_aggregation_patterns = ("js/*.js", IMPORTS)
    # The name of a module hangs on the names of what it imports: each pass settles one more floor.
    max_post_process_passes = 12
    handed_out = frozenset()  # names of files that a process may be handing out

    def post_process(self, *args, **kwargs):
        root = Path(self.location)
        files = {str(path.relative_to(root)) for path in root.rglob("*")}
        self.handed_out = {name for name in files if HASHED.search(name)}
        yield from super().post_process(*args, **kwargs)

    def delete(self, name):
        if name not in self.handed_out:
            super().delete(name)

    def _save(self, name, content):
        content.seek(0)  # it was read for the name
        if name.startswith("js/"):
            content = ContentFile(FOR_READERS.sub(b"", content.read()))
        if name in self.handed_out:
            if self.is_whole(name, content):
                return name
            self.handed_out -= {name, f"{name}.gz"}
            self.delete(name)
        return super()._save(name, content)

    def is_whole(self, name, content):
        """Return whether a file holds this already; it doesn't if its writing was stopped."""
        with self.open(name) as file:
            return file.read() == content.read()

    def compress_files(self, paths):
        return super().compress_files(
            [path for path in paths if f"{path}.gz" not in self.handed_out]
        )
