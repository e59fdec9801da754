"""Tests of the segments room: words."""
