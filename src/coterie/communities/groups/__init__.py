"""Groups: the chats of customers as the house keeps them, who is in each and since when.

Hears joins and leaves as the platform tells them; hands on facts and the tag of participation.
``rhythm`` says what is posted in a group at which age; a guide confirms every word of it.
"""
