"""SMS to callers: their words, how they are counted, and Twilio."""
