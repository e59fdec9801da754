"""Welcomes: one answer to whoever was just added, within the platform's 20 seconds.

The mirror notes who came as it reads the callbacks; the errand says what codes, guides or the
brand say to newcomers, and keeps what became of each: sent, or not and why.
"""
