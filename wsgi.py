"""The bridge as a WSGI application, for `gunicorn wsgi:app`."""

from bridge.app import create_app, load

app = create_app(load())
