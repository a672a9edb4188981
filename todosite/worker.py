"""gunicorn's worker with threads, which takes no more connections than it has threads free."""

from gunicorn.workers.gthread import ThreadWorker


class Worker(ThreadWorker):
    """Leaves a new connection to another worker while all threads of this one are busy.

    gunicorn's own worker takes whatever arrives, up to `worker_connections`. Of connections that
    arrive together the first worker to wake takes all, and with keep-alive it has them until they
    end: one core works, and the other has nothing to do. A connection that waits in the socket's
    backlog goes to the first worker with a free thread.
    """

    busy = 0  # connections that a thread serves, or that wait for one

    def set_accept_enabled(self, enabled):
        super().set_accept_enabled(enabled and self.busy < self.cfg.threads)

    def enqueue_req(self, conn):
        self.busy += 1
        if self.busy >= self.cfg.threads:
            self.set_accept_enabled(False)
        super().enqueue_req(conn)

    def finish_request(self, conn, fs):
        self.busy -= 1  # the loop of the worker enables what it may
        super().finish_request(conn, fs)
