"""Calendars of several vendors behind one contract; knows no Flask, no database and no config file."""
