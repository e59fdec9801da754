"""Acting: friends who bring friends, rewarded for what came of it.

``programmes`` says who may bring whom and what it is worth, and gives people codes of their own;
``service`` hears touches, joins and orders on the road and settles who brought whom (``settling``,
pure), rewards what came of it and takes it back; ``cascades`` tells honestly how it spreads;
``linting`` rates the risk of a design. Hands on facts that loyalty makes coupons of.
"""
