"""The static files of production: compressed, and named by their content."""

import re
from pathlib import Path

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

_, IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns
# A line of comment, a comment at the end of a line, and the indentation.
FOR_READERS = re.compile(rb"^\s*//.*\n|^\s+|\s+// .*$", re.MULTILINE)
HASHED = re.compile(r"\.[0-9a-f]{12}\.")  # as in main.0123456789ab.js.gz


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage, for the JavaScript modules of static/js/.

    It renames their imports, if these end with a semicolon: Django skips others. Comments are
    removed, since they are a fifth of the files.

    A running process goes on serving its files while the files of the next version are collected
    into the same folder. Django and WhiteNoise would write each file anew, even if unchanged; here
    it stays. `collectstatic --clear` deletes all first.
    """

    support_js_module_import_aggregation = True
    # Only our modules: a comment of django_htmx imports a file that doesn't exist.
    _js_module_import_aggregation_patterns = ("js/*.js", IMPORTS)
    # The name of a module depends on the names of its imports: each pass settles one more level.
    max_post_process_passes = 12
    handed_out = frozenset()  # names of files that a process may be serving

    def post_process(self, *args, **kwargs):
        root = Path(self.location)
        files = {str(path.relative_to(root)) for path in root.rglob("*")}
        self.handed_out = {name for name in files if HASHED.search(name)}
        yield from super().post_process(*args, **kwargs)

    def delete(self, name):
        if name not in self.handed_out:
            super().delete(name)

    def _save(self, name, content):
        content.seek(0)  # the name was computed from it
        if name.startswith("js/"):
            content = ContentFile(FOR_READERS.sub(b"", content.read()))
        if name in self.handed_out:
            if self.is_whole(name, content):
                return name
            self.handed_out -= {name, f"{name}.gz"}
            self.delete(name)
        return super()._save(name, content)

    def is_whole(self, name, content):
        """Return whether a file has this content already: its writing may have been cut short."""
        with self.open(name) as file:
            return file.read() == content.read()

    def compress_files(self, paths):
        return super().compress_files(
            [path for path in paths if f"{path}.gz" not in self.handed_out]
        )
