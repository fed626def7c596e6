"""Meetings that no calendar makes: their contract, who keeps them beside the bookings, and Zoom."""
