"""The pages of materials: the gallery, taking in, one material with its versions."""
