"""What share may be commercial, for whom and but for when; and what everybody really got.

Called by the gate's look-up (``Mixing.of_people``) and by the pages of reach; writes its ceilings
and campaigns only. The law itself is ``messaging.mix``.
"""
