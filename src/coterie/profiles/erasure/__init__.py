"""Erasing a person: who asked for it and when, how far it is, the tombstones, and the proof.

What is kept here speaks of nobody: digests under the master key, numbers and moments. The road in
``roads/erasing`` carries an erasure through every store; this room keeps its state, takes away
what ``profiles`` knew of her, and tells whose events are not to be taken in any more.
"""
