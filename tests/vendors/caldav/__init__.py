"""CalDAV servers for tests: Radicale and Xandikos as they are, and one with iCloud's quirks."""
