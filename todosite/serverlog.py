"""gunicorn's own log: errors of the server and, with ACCESS_LOG, a line for each request."""

from gunicorn.glogging import Logger

from todosite.logs import Line, discreet


class ServerLog(Logger):
    """Logs the path of an address, without secrets in it, and not the referring page."""

    def setup(self, cfg):
        super().setup(cfg)
        for handler in self.error_log.handlers:
            # With messages: before the first request, only a traceback shows the error.
            handler.setFormatter(Line(self.error_fmt, self.datefmt, with_messages=True))

    def atoms(self, resp, req, environ, request_time):
        path = environ["RAW_URI"].partition("?")[0]  # encoded: it can't forge a line of the log
        atoms = super().atoms(resp, req, environ, request_time)
        return atoms | {"U": discreet(path)}
