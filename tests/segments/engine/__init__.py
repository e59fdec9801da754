"""Tests of ``segments.engine``: who meets every rule, kept by what changed."""
