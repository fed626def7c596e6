"""Free/busy: whose account answers for a calendar, how long to wait, what is known of hosts' time."""
