"""Tests of ``segments.members``."""
