"""The server: gunicorn around the bridge, started, reloaded and stopped so that no caller notices.

One way for both doors: `bridge serve`, and `gunicorn wsgi:app` with the project's gunicorn.conf.py. The first
process reads and checks the configuration; the others are handed what it has checked and read no file, so a
half-written one harms nobody, not even when a process is replaced in the middle of the night.
"""
