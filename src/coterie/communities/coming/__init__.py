"""What comes by itself: offers that run out; and who was left out on purpose. Read only."""
