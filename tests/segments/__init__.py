"""Tests of the segments room."""
