"""Measuring: named rules, who meets them now, and who has just entered or left.

The road calls ``reconsider`` after learning and scoring; journeys and communities ask rules of
people; pages ask whom any rule has, and what a change of one would do. Hands on moves. Two readers
answer every rule: one person in plain Python (evaluate), everyone in DuckDB SQL (compile); they
share no code but the parser.
"""
