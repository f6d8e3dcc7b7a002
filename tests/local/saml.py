"""SAML metadata for tests."""

from __future__ import annotations

_NAMESPACE = "urn:oasis:names:tc:SAML:2.0:metadata"


def metadata(entity: str = "https://idp.example.com", descriptor: str = "IDPSSODescriptor") -> str:
    """Metadata of an identity provider, as long as IAM wants it at least."""
    filler = "x" * 1000
    return (
        f'<EntityDescriptor xmlns="{_NAMESPACE}" entityID="{entity}">'
        f'<{descriptor} protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/>'
        f"<!-- {filler} --></EntityDescriptor>"
    )
