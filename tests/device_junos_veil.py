"""Keys as Junos keeps them: veiled as `$9$…`, by the letters' distances from one another; nothing is encrypted by that.

After what is published of the form (Juniper, "Obfuscated passwords"; the module Crypt::Juniper of CPAN); here without padding, so
that the same key always looks the same.
"""

from __future__ import annotations

_LETTERS = "QzF3n6/9CAtpu0OB1IREhcSyrleKvMW8LXx7N-dVbwsY2g4oaJZGUDjiHkq.mPf5T"
_WEIGHTS = ((1, 4, 32), (1, 16, 32), (1, 8, 32), (1, 64), (1, 32), (1, 4, 16, 128), (1, 32, 64))
_SALT = "i"  # of the letters behind which nothing is padded
_SHOWN = ("$8$", "$9$", "{{secret:", "HIDDEN")


def veiled(word: str) -> str:
    """Return a word as it is kept; what is veiled already, or stands for a key, stays."""
    key = word.strip('"')
    if key.startswith(_SHOWN):
        return word
    found, at = _SALT, _LETTERS.index(_SALT)
    for place, byte in enumerate(key.encode()):
        left = byte
        gaps = []
        for weight in reversed(_WEIGHTS[place % len(_WEIGHTS)]):
            gap, left = divmod(left, weight)
            gaps.append(gap)
        for gap in reversed(gaps):
            at = (at + gap + 1) % len(_LETTERS)
            found += _LETTERS[at]
    return f'"$9${found}"'
