"""Broadcasts: compose with a live preview, a dry run, a second pair of eyes, and the sending."""
