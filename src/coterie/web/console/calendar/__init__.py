"""The calendar of what will be sent: by whom, when, to how many at the most."""
