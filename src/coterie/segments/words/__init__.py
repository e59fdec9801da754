"""A rule said in words, in English and in Chinese. Pure."""
