"""How single values are read, whatever section they stand in: a module per kind of value."""
