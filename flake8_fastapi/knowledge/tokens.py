"""Libraries of signed tokens, and what they do where the signature is not asked for.

Measured with PyJWT 2.15, python-jose 3.5, Authlib 1.9, joserfc 1.8. Not in here, because nothing is accepted: PyJWT's
`verify=False` (ignored since 2.0), its `algorithms=["none"]`, and calls without algorithms (PyJWT refuses them).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Decoder(NamedTuple):
    """How a function that reads a token is told not to look at the signature."""

    options: int | None = None
    """The place of the dict of options among the arguments; `verify_signature` in it switches the check off."""
    verify: bool = False
    """`verify=False` switches the check off."""
    algorithms: int | None = None
    """The place of the list of algorithms; "none" among them accepts tokens that nobody signed."""
    never: bool = False
    """It never looks."""


DECODERS: Mapping[str, Decoder] = {
    "jwt.decode": Decoder(options=3),
    "jwt.decode_complete": Decoder(options=3),
    "jwt.api_jwt.decode": Decoder(options=3),
    "jwt.api_jwt.decode_complete": Decoder(options=3),
    "jwt.PyJWT.decode": Decoder(options=3),
    "jwt.PyJWT.decode_complete": Decoder(options=3),
    "jose.jwt.decode": Decoder(options=3),
    "jose.jwt.get_unverified_claims": Decoder(never=True),
    "jose.jws.get_unverified_claims": Decoder(never=True),
    "jose.jws.verify": Decoder(verify=True),
    "joserfc.jwt.decode": Decoder(algorithms=2),
}
"""Function or method -> how its check is switched off."""

MAKERS: Mapping[str, int] = {"authlib.jose.JsonWebToken": 0, "authlib.jose.JsonWebSignature": 0}
"""Classes whose instances read tokens -> the place of their algorithms."""

NO_ALGORITHM = "none"
HARMLESS_CLAIMS = frozenset({"alg", "aud", "azp", "exp", "iat", "iss", "jti", "kid", "nbf", "tid", "typ", "x5t"})
"""What may be read of a token before it is verified: to choose the key, or to see how old it is."""

DIGESTS = frozenset({"digest", "hexdigest"})
MACS = frozenset({"hmac.new", "hmac.HMAC"})
MAC_FUNCTIONS = frozenset({"hmac.digest"})
ENCODERS = frozenset(
    {
        *(
            f"base64.{name}"
            for name in ("b64encode", "urlsafe_b64encode", "standard_b64encode", "b16encode", "encodebytes")
        ),
        "binascii.hexlify",
    }
)
"""Functions that write a digest as text."""
