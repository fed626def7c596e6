"""The pure core's tests: worked examples for each rule, and laws over random calendars."""
