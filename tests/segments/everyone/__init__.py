"""Tests of the segments room: everyone."""
