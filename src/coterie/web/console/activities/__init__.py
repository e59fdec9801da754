"""The pages of activities: what is on, who comes, the door, the form."""
