"""A women's-shoe brand's anniversary: groups are built, friends bring friends, tills ring.

``brand`` says what there is (stores, guides, goods), ``plan`` when and how many, ``lives`` what
one person does, from a seed; ``laying`` founds it in the house, ``playing`` lets the weeks pass at
a simulated WeCom over HTTP, ``till`` rings up what is bought; ``judging`` holds the house's books
against the platform's journal and the tills' rolls. Called by ``coterie demo shoes`` and by tests.
"""
