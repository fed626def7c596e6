"""What callers and owners can ask for: offers, bookings, explanations, a check of everything."""
