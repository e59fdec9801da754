"""The room of customer groups: how full each is, who is in it, and what is posted when."""
