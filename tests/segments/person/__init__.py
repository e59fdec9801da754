"""Tests of the segments room: person."""
