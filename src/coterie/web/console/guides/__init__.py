"""The pages of guides and stores: who serves, whose customers people are, whose orders."""
