"""Materials: what guides and messages show people (posters, pictures, texts, links, films, files).

Each is an item of the catalog, too, so that touching it tells an interest. Its bytes lie in the
data folder under their own hash, once however often they were sent in; a version is never changed.
"""
