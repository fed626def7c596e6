"""The app that a real server loads in tests: telli's endpoints over a diary, body caps of its own set low.

A cap of the framework cuts chunked bodies without a word; the endpoints must not depend on it.
"""

from tests.web.diary import Diary, app_of

app = app_of(Diary())
app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
