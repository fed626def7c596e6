"""The pure core: what is open, what is bookable, what is offered, and who is chosen. No I/O, no clock."""
