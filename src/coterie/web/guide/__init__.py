"""The guides' pages: on her phone, and beside a WeCom chat.

They ask for a session of their own (``at_work``), which opens nothing of the desk, and show a guide
her own customers and her store's. What may be kept for reading without a connection is said by each
page (``offline``).
"""
