"""Orders at the desk: sales by day, the shops that tell of them, the balance, claims, offers."""
