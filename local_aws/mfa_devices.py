"""Virtual MFA devices: made, enabled for a user with two codes, brought back into step, deactivated, deleted.

AWS: IAM API Reference, CreateVirtualMFADevice (the seed in Base32, a PNG of the QR code, both shown this once),
EnableMFADevice and ResyncMFADevice (two consecutive codes), DeactivateMFADevice, DeleteVirtualMFADevice,
GetMFADevice, ListMFADevices, ListVirtualMFADevices, TagMFADevice and its like. Stock MiniStack makes seeds that are no
Base32, so that no code can match, and looks at no code; it lacks GetMFADevice and tags, and lists only assigned devices
where no status is asked for. Hook: entries of `_IAM_HANDLERS`; the records stay in `_mfa_devices`.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import pyotp
import segno

from local_aws import mfa_codes, upstream
from local_aws.iam_answers import Answer, element, install_actions, structures, tags_element, with_tags, without_tags
from local_aws.iam_api import IamError, Parameters, parameter

_SEED_CHARACTERS = 64
# No call would take a longer one.
_LONGEST_SERIAL = 256


def install() -> None:
    """Put these in the place of MiniStack's."""
    install_actions(_ACTIONS)


def _create(parameters: Parameters) -> str:
    name, path = parameter(parameters, "VirtualMFADeviceName"), parameter(parameters, "Path") or "/"
    account = upstream.module("core.responses").get_account_id()
    serial = f"arn:aws:iam::{account}:mfa{path}{name}"
    devices = _iam()._mfa_devices
    if len(serial) > _LONGEST_SERIAL:
        violation = f"Member must have length less than or equal to {_LONGEST_SERIAL}"
        raise IamError(
            "ValidationError",
            f"1 validation error detected: Value at 'serialNumber' failed to satisfy constraint: {violation}",
        )
    if serial in devices:
        raise IamError("EntityAlreadyExists", "MFADevice entity at the same path and name already exists.")
    seed = pyotp.random_base32(_SEED_CHARACTERS)
    device = {
        "SerialNumber": serial,
        "Path": path,
        "CreateDate": _iam()._now(),
        "User": None,
        "EnableDate": None,
        "Base32StringSeed": seed,
        "Tags": with_tags([], parameters),
        "LastStep": -1,
        "Drift": 0,
    }
    devices[serial] = device
    inner = (
        element("SerialNumber", serial)
        + element("Base32StringSeed", base64.b64encode(seed.encode()).decode())
        + element("QRCodePNG", base64.b64encode(_qr_code(f"{name}@{account}", seed)).decode())
        + (tags_element(device["Tags"]) if device["Tags"] else "")
    )
    return f"<VirtualMFADevice>{inner}</VirtualMFADevice>"


def _qr_code(label: str, seed: str) -> bytes:
    """A PNG of the address that authenticator apps read, in the form that the API reference gives."""
    image = io.BytesIO()
    address = f"otpauth://totp/{quote(label, safe='@')}?{urlencode({'secret': seed})}"
    segno.make_qr(address).save(image, kind="png", scale=4)
    return image.getvalue()


def _enable(parameters: Parameters) -> str:
    user = _existing_user(parameters)
    device = _existing_device(parameters)
    if device["User"] is not None:
        raise IamError("EntityAlreadyExists", "MFA Device is already in use.")
    _require_codes(mfa_codes.take_pair, device, parameters)
    device["User"], device["EnableDate"] = user, _iam()._now()
    return ""


def _resync(parameters: Parameters) -> str:
    device = _enabled_device(parameters)
    _require_codes(mfa_codes.resynchronize, device, parameters)
    return ""


def _require_codes(take: Callable[[Any, str, str], bool], device: Any, parameters: Parameters) -> None:
    codes = (parameter(parameters, "AuthenticationCode1"), parameter(parameters, "AuthenticationCode2"))
    if not take(device, *codes):
        raise IamError("InvalidAuthenticationCode", "Authentication code for device is not valid.")


def _deactivate(parameters: Parameters) -> str:
    device = _enabled_device(parameters)
    device["User"] = device["EnableDate"] = None
    return ""


def _delete(parameters: Parameters) -> str:
    device = _existing_device(parameters)
    if device["User"] is not None:
        raise IamError("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.")
    del _iam()._mfa_devices[device["SerialNumber"]]
    return ""


def _get(parameters: Parameters) -> str:
    return _device_element(_enabled_device(parameters))


def _list(parameters: Parameters) -> str:
    user = _existing_user(parameters)
    return _listed("MFADevices", (_device_element(device) for device in _devices() if device["User"] == user))


def _list_virtual(parameters: Parameters) -> str:
    status = parameter(parameters, "AssignmentStatus") or "Any"
    wanted = {"Any": (True, False), "Assigned": (True,), "Unassigned": (False,)}[status]
    found = (_virtual_element(device) for device in _devices() if (device["User"] is not None) in wanted)
    return _listed("VirtualMFADevices", found)


def _tag(parameters: Parameters) -> str:
    device = _existing_device(parameters)
    device["Tags"] = with_tags(device["Tags"], parameters)
    return ""


def _untag(parameters: Parameters) -> str:
    device = _existing_device(parameters)
    device["Tags"] = without_tags(device["Tags"], parameters)
    return ""


def _list_tags(parameters: Parameters) -> str:
    device = _existing_device(parameters)
    return tags_element(device["Tags"]) + element("IsTruncated", "false")


def _devices() -> Iterable[Any]:
    devices: Iterable[Any] = list(_iam()._mfa_devices.values())
    return devices


def _existing_user(parameters: Parameters) -> str:
    name = parameter(parameters, "UserName")
    if name not in _iam()._users:
        raise IamError("NoSuchEntity", f"The user with name {name} cannot be found.")
    return name


def _existing_device(parameters: Parameters) -> Any:
    serial = parameter(parameters, "SerialNumber")
    device = _iam()._mfa_devices.get(serial)
    if device is None:
        raise IamError("NoSuchEntity", f"VirtualMFADevice with serial number {serial} does not exist.")
    return device


def _enabled_device(parameters: Parameters) -> Any:
    """The device, which has to be the user's."""
    user, device = _existing_user(parameters), _existing_device(parameters)
    if device["User"] != user:
        raise IamError("NoSuchEntity", "MFA Device invalid for user.")
    return device


def _device_element(device: Mapping[str, Any]) -> str:
    return "".join(
        element(name, device[field])
        for name, field in (("UserName", "User"), ("SerialNumber", "SerialNumber"), ("EnableDate", "EnableDate"))
    )


def _virtual_element(device: Mapping[str, Any]) -> str:
    serial = element("SerialNumber", device["SerialNumber"])
    if device["User"] is None:
        return serial
    return f"{serial}<User>{_iam()._user_xml(device['User'])}</User>{element('EnableDate', device['EnableDate'])}"


def _listed(name: str, found: Iterable[str]) -> str:
    return structures(name, found) + element("IsTruncated", "false")


def _iam() -> Any:
    return upstream.module("services.iam")


_ACTIONS: Mapping[str, Answer] = {
    "CreateVirtualMFADevice": _create,
    "EnableMFADevice": _enable,
    "ResyncMFADevice": _resync,
    "DeactivateMFADevice": _deactivate,
    "DeleteVirtualMFADevice": _delete,
    "GetMFADevice": _get,
    "ListMFADevices": _list,
    "ListVirtualMFADevices": _list_virtual,
    "TagMFADevice": _tag,
    "UntagMFADevice": _untag,
    "ListMFADeviceTags": _list_tags,
}
