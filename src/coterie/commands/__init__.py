"""The command line by subject: what every command begins with, how they print, and their groups.

``cli`` puts them together. A command opens the house, calls a room's face, and prints.
"""
