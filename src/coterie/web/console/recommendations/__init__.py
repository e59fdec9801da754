"""The room of recommendations: what they rest on, how good they are, what may be suggested."""
