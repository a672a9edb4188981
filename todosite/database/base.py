"""Django's PostgreSQL engine, plus LOCALPG: a folder whose private server is started on demand.

Beside LOCALPG in DATABASES, LOCALPG_THROWAWAY=True makes it a fast one that is deleted after use.
"""

from django.db.backends.postgresql import base

from todosite import localpg


def _start(settings):
    return localpg.start(settings["LOCALPG"], settings.get("LOCALPG_THROWAWAY", False))


class DatabaseClient(base.DatabaseClient):
    """The wheel's psql, for manage.py dbshell."""

    @classmethod
    def settings_to_cmd_args_env(cls, settings_dict, parameters):
        if not settings_dict.get("LOCALPG"):
            return super().settings_to_cmd_args_env(settings_dict, parameters)
        settings_dict = {**settings_dict, "HOST": _start(settings_dict), "PORT": localpg.PORT}
        args, env = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [str(localpg.programs() / "psql"), *args[1:]], env


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient

    def get_connection_params(self):
        params = super().get_connection_params()
        if self.settings_dict.get("LOCALPG"):
            params |= {"host": _start(self.settings_dict), "port": localpg.PORT}
        return params
