"""Words for people: sentences, dates and times in the configured language."""
