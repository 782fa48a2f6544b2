"""Gunicorn as the hub wants it: one process with threads (SQLite has one writer, limits are kept in memory)."""

worker_class = "gthread"
workers = 1
keepalive = 15
graceful_timeout = 15
timeout = 60
limit_request_line = 4094
limit_request_fields = 60
accesslog = None
control_socket_disable = True
