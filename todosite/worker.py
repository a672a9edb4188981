"""gunicorn's worker with threads, changed in how it divides connections among threads."""

import contextlib
import select

from gunicorn.workers.gthread import ThreadWorker


class Worker(ThreadWorker):
    """Leaves a new connection to another worker while all threads of this one are busy.

    gunicorn's own worker takes whatever arrives, up to `worker_connections`. Of connections that
    arrive together the first worker to wake takes all, and with keep-alive it has them until they
    end: one core works, and the other has nothing to do. A connection that waits in the socket's
    backlog goes to the first worker with a free thread.

    A thread also serves the next request of its connection, if that comes at once. gunicorn's own
    thread returns the connection to the main thread, which waits for the next request and passes
    it to a thread again. That took a tenth of a page's time.
    """

    PAUSE = 1  # milliseconds for which a thread waits for the next request
    busy = 0  # connections that a thread serves, or that wait for one
    is_open = False  # whether gunicorn would take connections; False from the worker's end on

    def set_accept_enabled(self, enabled):
        self.is_open = enabled
        super().set_accept_enabled(enabled and self.busy < self.cfg.threads)

    def enqueue_req(self, conn):
        self.busy += 1
        if self.busy >= self.cfg.threads:
            super().set_accept_enabled(False)
        super().enqueue_req(conn)

    def finish_request(self, conn, fs):
        self.busy -= 1  # the loop of the worker enables what it may
        super().finish_request(conn, fs)
        # Connections that are kept alive may keep all threads busy. So each finished request lets
        # in a connection that waits, if the process may open one more.
        if self.is_open and self.nr_conns < self.worker_connections:
            for listener in self.sockets:
                with contextlib.suppress(OSError):
                    self.accept(listener)

    def handle(self, conn):
        result = super().handle(conn)
        while result is True and self.goes_on(conn):
            result = super().handle(conn)
        return result

    def goes_on(self, conn):
        """Return whether the next request of a connection comes, before any other connection."""
        if self.busy > self.cfg.threads or not self.alive:
            return False
        coming = select.poll()
        for each in [conn.sock, *self.sockets]:
            coming.register(each, select.POLLIN)
        ready = [number for number, _ in coming.poll(self.PAUSE)]
        return ready == [conn.sock.fileno()]
