"""Tests of ``segments.changes``."""
