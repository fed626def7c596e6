"""One module per step, named by its four-digit revision."""
