"""The static files of production: compressed, and named after what they hold."""

import re

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

_, IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns
# A line that is a comment, the comment after a line, and what a line is indented by.
FOR_READERS = re.compile(rb"^\s*//.*\n|^\s+|\s+// .*$", re.MULTILINE)


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage, which knows the JavaScript modules of static/js/.

    It names anew what they import, where the import ends with a semicolon: Django leaves out one
    that doesn't. Comments stay behind: they are a fifth of what a browser would fetch.
    """

    support_js_module_import_aggregation = True
    # Of our modules alone: a comment of django_htmx imports a file that isn't there.
    _js_module_import_aggregation_patterns = ("js/*.js", IMPORTS)
    # The name of a module hangs on the names of what it imports: each pass settles one more floor.
    max_post_process_passes = 12

    def _save(self, name, content):
        if name.startswith("js/"):
            content.seek(0)  # it was read for the name
            content = ContentFile(FOR_READERS.sub(b"", content.read()))
        return super()._save(name, content)
