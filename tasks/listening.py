"""How `send_due --loop` hears of reminders that web processes write: by NOTIFY, without asking."""

import logging
import threading

from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection, connections

from tasks import bell
from tasks.sending import AT_MOST, connection_apart

log = logging.getLogger(__name__)

WAIT = 10  # seconds after which the listener looks whether it is to end


class Listener(threading.Thread):
    """Rings the bell of this process at each notice, by a connection that sends no statement.

    Only the server itself passes notices on. Behind a pooler alone, the sender asks by itself.
    """

    def __init__(self, sender, otherwise):
        """Without notices, the sender and this look again after so many seconds."""
        super().__init__(name="listener", daemon=True)
        self.sender = sender
        self.otherwise = sender.at_most = otherwise

    def run(self):
        connections["default"] = connection_apart()
        while not self.sender.is_stopping.is_set():
            try:
                self.listen()
            except ImproperlyConfigured:
                return
            except Error:  # the server ended, or suspended itself: that must not wake it at once
                pass
            except Exception:
                log.exception("The listener for reminders failed; it tries again.")
            finally:
                self.sender.at_most = self.otherwise
            self.sender.is_stopping.wait(self.otherwise)
            bell.rung.set()  # it may have gone to sleep for hours, while there were notices

    def listen(self):
        """Ring for as long as the connection lasts, and first for what was written before."""
        with connection.direct():
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {bell.CHANNEL}")
            self.sender.at_most = AT_MOST
            bell.rung.set()
            with connection.wrap_database_errors:
                while not self.sender.is_stopping.is_set():
                    for _ in connection.connection.notifies(timeout=WAIT):
                        bell.rung.set()
