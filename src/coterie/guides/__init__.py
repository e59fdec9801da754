"""Acting: guides, the people of the house who look after people.

So far their tasks: what a journey asks somebody to do. The road lets the room hear what is asked
and wake when a task is due; the console shows what is open. Returns facts (done, expired), which a
journey may wait for.
"""
