"""The pages of mass sends: what guides are asked to send and post, how far they are, the quota."""
