"""The pages of what is to be done about whom: tasks, the plans that give them, how they went."""
