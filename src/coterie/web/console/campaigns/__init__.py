"""The room of campaigns: the list, a new one, and the board that a team looks at every morning."""
