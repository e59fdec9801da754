"""The pages of those who look after people: what is to be done about whom."""
