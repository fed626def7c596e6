"""For `gunicorn wsgi:app`: the checks and settings of `bridge serve`, which is the usual way."""

from bridge.server.application import settings_for_gunicorn

globals().update(settings_for_gunicorn())
