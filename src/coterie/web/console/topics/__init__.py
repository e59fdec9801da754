"""The pages of the topics: what items are about, and who is interested."""
