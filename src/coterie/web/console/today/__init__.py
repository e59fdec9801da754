"""Today: whom can we reach, what waits for us, what happened, what comes?"""
