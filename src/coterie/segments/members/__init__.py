"""Who is in each segment, as published: bitmaps of some time ago, and the changes since."""
