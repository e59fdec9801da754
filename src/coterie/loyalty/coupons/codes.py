"""The codes that people read out and type in: no two signs look alike. Pure.

Crockford's alphabet: without I, L, O and U; who types one of the first three means 1 or 0. A code
is derived from its coupon's id under a key of the house: nobody else can make or guess one (60
bits), and the same coupon has the same code for ever.
"""

import hashlib
import hmac

from coterie.loyalty.coupons.model import CODE_LENGTH

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MEANT = str.maketrans("OIL", "011", " -._\t\r\n\u3000")
_BITS = 5
_GROUP = 4
_LONGEST = 64


def code_of(secret: bytes, coupon: str) -> str:
    """Return the code of a coupon."""
    number = int.from_bytes(hmac.digest(secret, coupon.encode(), hashlib.sha256)[:8], "big")
    return "".join(_ALPHABET[number >> _BITS * place & 31] for place in range(CODE_LENGTH))


def read(text: str) -> str:
    """Return what somebody means who types a code, in any case, with any gaps.

    >>> read("ab12-o0il xyz9")
    'AB120011XYZ9'
    """
    return text[:_LONGEST].strip().upper().translate(_MEANT)


def shown(code: str) -> str:
    """Write a code as people read it best.

    >>> shown("AB120011XYZ9")
    'AB12-0011-XYZ9'
    """
    return "-".join(code[place : place + _GROUP] for place in range(0, len(code), _GROUP))
