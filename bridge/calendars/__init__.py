"""Other people's calendars: whose account answers, how long to wait, what is known of their time."""
