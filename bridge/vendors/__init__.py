"""All the bridge knows of each calendar vendor: one module each behind one registry."""
