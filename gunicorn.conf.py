"""Gunicorn as the hub wants it: one process with threads (SQLite has one writer, limits are kept in memory)."""

import logging
import os
from typing import Any

from hub.logs import json_formatter

worker_class = "gthread"
workers = 1
keepalive = 15
graceful_timeout = 15
timeout = 60
limit_request_line = 4094
limit_request_fields = 60
accesslog = None
control_socket_disable = True

loglevel = os.environ.get("HUB_LOG_LEVEL", "info").replace("debug", "info")  # at debug it writes paths and queries


def on_starting(server: Any) -> None:
    """Write the server's lines in the same form as the app's."""
    for handler in server.log.error_log.handlers:
        handler.setFormatter(json_formatter())


class _Discreet(logging.Filter):
    """Takes addresses, paths and queries out of what gunicorn says of bad requests: logs hold none."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten such a line to what happened."""
        for start in ("Invalid request from", "Error handling request"):
            if str(record.msg).startswith(start):
                record.msg, record.args = start.removesuffix(" from"), ()
        return True


logging.getLogger("gunicorn.error").addFilter(_Discreet())
