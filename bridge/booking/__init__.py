"""Safe booking: never twice, never "booked" without an event, never an event without a booking.

replay -> bookable -> hold -> re-check -> write -> confirm    book.py, recheck.py, calendar.py, until_clear.py
one caller's requests after each other                        caller_lock.py
corrections                                                   correct.py, amend.py (the event)
moving (reschedule)                                           move.py, put_back.py
cancelling, no-shows, and every other change of state         ledger/
what was left half-done, told to have failed, or is unwanted  settle.py, told_failed.py
a meeting link that was not made at once                      link.py
what else lies where a new event was put                      read_back.py
what people do in their calendars: where to look              follow.py, watch.py (webhooks)
what is there, and what follows from it                       look.py, whereabouts.py, deletions.py
what calendars' names mean, and which fail                    identify.py, probe.py
who is due, and since when                                    round_robin.py, joins.py
whether callers' addresses take mail                          mail_domain.py
when all this is done, and what is cleared away               jobs.py, job_names.py, tidy.py
"""
