"""What WeCom holds, at the desk: whether the mirror is in step, and what its tags mean here."""
