"""The cast: one invented business that every test plays with; `tests/README.md` says how.

A hair salon with Anna, Ben, Carl and Dora (`config`), open every day from 8 to 20 UTC, on embedded calendars
or at the fakes of Google and Microsoft (`at_vendors`); its clock (`clock`); a whole bridge on a real database
with the words to ask it (`salon`), also on a bad day (`unruly`) or in a process that is killed (`victim`). It
is reached as in life: through the command (`terminal`, `command`) or a served bridge (`server`). `fixtures`
opens it for a test.
"""
