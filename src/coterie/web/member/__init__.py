"""The pages that a brand's reader sees: articles, tracked links, consent, invitations."""
