"""The bridge as a WSGI application, for `gunicorn wsgi:app`."""

from bridge.server.taken import served_app

app = served_app()
