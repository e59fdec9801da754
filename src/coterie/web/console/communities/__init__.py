"""The pages of the communities: who gathers round what, who came and why others did not."""
