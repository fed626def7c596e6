"""Safe booking: never twice, never "booked" without an event, never an event without a booking.

replay -> bookable -> hold -> re-check -> write -> confirm    book.py, hold.py, vendor.py
moving, cancelling                                            move.py, cancel.py
what was left half-done, and unwanted events                  settle.py
what people do in their calendars                             people.py, readback.py
"""
