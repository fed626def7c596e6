"""The embedded calendar: a provider kept in the bridge's own database, its import and its feed."""
