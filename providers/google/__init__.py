"""Google Calendar v3 behind the provider contract, and Google's sign-in as plain functions.

`settings` loads nothing else; the other modules load Google's libraries, a third of a second and 15 MB, and
`sign_in` more that only a sign-in needs. Knows no Flask, no database and no configuration file.
"""
