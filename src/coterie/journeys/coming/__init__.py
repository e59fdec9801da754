"""What comes by itself: the waits of journeys that end soon, counted. Read only."""
