"""Tags of the corporation, the tags of ours that they mean, and what is to be marked at WeCom."""
