"""Tests of the background loop."""
