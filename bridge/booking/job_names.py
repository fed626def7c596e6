"""The names of the background jobs of bookings; what each does stands in bridge/booking/jobs.py."""

from __future__ import annotations

RECONCILE = "reconcile"  # holds and moves nobody finishes
REMOVE = "remove"  # an unwanted write: subject "<booking>/<number>"
READ_BACK = "read_back"  # what lies beside a new event: subject "<booking>"
AMEND = "amend"  # an event whose booking's caller said something else since: subject "<booking>"
ENTER = "enter"  # the entries of its resources: subject "<booking>"
FOLLOW = "follow"  # what people did in a calendar: subject "<calendar>"
SURVEY = "survey"  # which calendars changed at all: subject "<vendor>", for those that can tell
LINK = "link"  # the meeting link that a new event had not: subject "<booking>"
MAIL_DOMAIN = "mail_domain"  # whether the caller's address can be written to: subject "<booking>"
LOOK = "look"  # where a booking's own event is, and how: subject "<booking>"
TIDY = "tidy"  # alerts and health that concern nobody any more
IDENTIFY = "identify"  # what a calendar's name means: subject "<calendar>"
CLAIM_CALENDARS = "claim_calendars"  # of bookings to come whose calendars are not claimed yet
REFRESH = "refresh"  # a calendar that is read beforehand: subject "<calendar>"
WATCH = "watch"  # keep a push channel of a calendar open: subject "<calendar>"
