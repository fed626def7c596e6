"""Safe booking: never twice, never "booked" without an event, never an event without a booking.

replay -> bookable -> hold -> re-check -> write -> confirm    book.py, recheck.py, calendar.py
moving (reschedule)                                           move.py, put_back.py
cancelling, no-shows, and every other change of state         ledger/
what was left half-done, and unwanted events                  settle.py
what people do in their calendars                             follow.py, deletions.py, read_back.py, watch.py
"""
