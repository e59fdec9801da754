"""WeCom at the desk: whether the connection stands, what to enter where, what was called back."""
