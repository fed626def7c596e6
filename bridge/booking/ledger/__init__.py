"""Every change of a booking's state."""
