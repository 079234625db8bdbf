"""Secrets leave here once; what is stored of them opens nothing."""

import hashlib
import hmac


def token_hash(token: str) -> str:
    """Return what is stored of a token or a one-time key: both are random, so a plain hash hides them."""
    return hashlib.sha256(token.encode()).hexdigest()


def session_hash(key: bytes, session_id: str) -> str:
    """Return what is stored of a session id; another key, and no stored session fits any more."""
    return hmac.new(key, session_id.encode(), hashlib.sha256).hexdigest()
