"""What people of a segment are like, held against everybody, in numbers that betray nobody."""
