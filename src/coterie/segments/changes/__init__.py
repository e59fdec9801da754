"""Every change of who is in the segments; written with populations, told of people and segments."""
