"""The pages of scripts: the list, the editor with the linter, versions, who has read them."""
