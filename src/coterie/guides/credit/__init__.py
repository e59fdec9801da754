"""Whose work an order was: every order to exactly 100 %, nobody among them, each with its why."""
