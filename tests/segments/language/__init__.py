"""Tests of the segments room: language."""
