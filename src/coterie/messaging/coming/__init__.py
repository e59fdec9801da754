"""What waits in the outbox, by the time at which it is to go out. Read only; the calendar asks."""
