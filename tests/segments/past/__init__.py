"""Tests of as-of readings."""
