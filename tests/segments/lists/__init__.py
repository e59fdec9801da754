"""Tests of uploaded lists."""
