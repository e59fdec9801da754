"""WeCom (企业微信): everything of the platform in one folder.

``crypt`` and ``settings`` speak its secrets, ``client`` its API, ``inbox`` keeps what it calls
back, ``doctor`` looks whether the connection stands. What WeCom holds, the codes, welcomes and
mass sends of it have a folder each. Called by the road of contacts and by the web's callbacks.
"""
