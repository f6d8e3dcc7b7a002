"""What users upload to IAM: public keys and certificates of the right form, with nothing behind them."""

from __future__ import annotations

import base64
import ssl


def ssh_key(text: str) -> str:
    """A public key as ssh-keygen writes it; its numbers are made of `text`."""
    parts = (b"ssh-rsa", b"\x01\x00\x01", text.encode() * 32)
    data = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return f"ssh-rsa {base64.b64encode(data).decode()} me@example.com"


def certificate(text: str) -> str:
    """What has the form of a certificate in PEM."""
    content = text.encode().ljust(100, b"x")
    return ssl.DER_cert_to_PEM_cert(b"\x30" + bytes([len(content)]) + content).strip()
