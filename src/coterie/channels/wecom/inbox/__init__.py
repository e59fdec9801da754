"""What WeCom calls back, kept as it came: once, in order, and to be played again.

``box`` takes a callback at the door without waiting for the road; ``reading`` turns XML into typed
events; ``service`` hands them to the road of contacts in order for each customer and each group,
and remembers what became of them. The kept XML names customers by WeCom's ids only, which erasure
takes out.
"""
