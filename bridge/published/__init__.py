"""Published calendars: read from their links in the background, and answered for from what was read."""
