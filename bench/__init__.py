"""Measures the bridge; run from the project root, figures are printed and never asserted."""
