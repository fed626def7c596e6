"""All SQL of the bridge, a module per group of tables; each function takes the open transaction."""
