"""gunicorn's own log: the server's troubles and, with ACCESS_LOG, a line for each request."""

from gunicorn.glogging import Logger

from todosite.logs import Line, discreet


class ServerLog(Logger):
    """Says of an address its path, without what is secret in it; the page before stays unsaid."""

    def setup(self, cfg):
        super().setup(cfg)
        for handler in self.error_log.handlers:
            # Its messages stay: before the first request a trace is all that says what is wrong.
            handler.setFormatter(Line(self.error_fmt, self.datefmt, with_messages=True))

    def atoms(self, resp, req, environ, request_time):
        path = environ["RAW_URI"].partition("?")[0]  # encoded: it can't forge a line of the log
        atoms = super().atoms(resp, req, environ, request_time)
        return atoms | {"U": discreet(path)}
