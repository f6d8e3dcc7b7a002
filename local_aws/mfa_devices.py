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
from xml.sax.saxutils import escape

import pyotp
import segno

from local_aws import mfa_codes, upstream
from local_aws.iam_api import IamError, Parameters, Response, error_response, members, parameter

_SEED_CHARACTERS = 64
# No call would take a longer one.
_LONGEST_SERIAL = 256
_TAGS = 50


def install() -> None:
    """Put these in the place of MiniStack's."""
    for action, answer in _ACTIONS.items():
        _iam()._IAM_HANDLERS[action] = _handler(action, answer)


def _handler(action: str, answer: Callable[[Parameters], str]) -> Callable[[Parameters], Response]:
    def handle(parameters: Parameters) -> Response:
        try:
            inner = answer(parameters)
        except IamError as error:
            return error_response(error)
        result = f"<{action}Result>{inner}</{action}Result>" if inner else ""
        response: Response = _iam()._xml(200, f"{action}Response", result)
        return response

    return handle


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
        "Tags": _with_tags({}, members(parameters, "Tags")),
        "LastStep": -1,
        "Drift": 0,
    }
    devices[serial] = device
    inner = (
        _element("SerialNumber", serial)
        + _element("Base32StringSeed", base64.b64encode(seed.encode()).decode())
        + _element("QRCodePNG", base64.b64encode(_qr_code(f"{name}@{account}", seed)).decode())
        + _tags_element(device)
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
    device["Tags"] = _with_tags({tag["Key"]: tag["Value"] for tag in device["Tags"]}, members(parameters, "Tags"))
    return ""


def _untag(parameters: Parameters) -> str:
    device = _existing_device(parameters)
    removed = {key[""].lower() for key in members(parameters, "TagKeys")}
    device["Tags"] = [tag for tag in device["Tags"] if tag["Key"].lower() not in removed]
    return ""


def _list_tags(parameters: Parameters) -> str:
    device = _existing_device(parameters)
    return (_tags_element(device) or "<Tags/>") + _element("IsTruncated", "false")


def _with_tags(tags: Mapping[str, str], new: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Tags with others added; of keys that differ in case only there is one."""
    found = {key.lower(): {"Key": key, "Value": value} for key, value in tags.items()}
    added = [{"Key": tag.get("Key", ""), "Value": tag.get("Value", "")} for tag in new]
    if len({tag["Key"].lower() for tag in added}) < len(added):
        raise IamError("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    found |= {tag["Key"].lower(): tag for tag in added}
    if len(found) > _TAGS:
        raise IamError("LimitExceeded", f"The number of tags has reached the maximum limit: {_TAGS}")
    return list(found.values())


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
        _element(name, device[field])
        for name, field in (("UserName", "User"), ("SerialNumber", "SerialNumber"), ("EnableDate", "EnableDate"))
    )


def _virtual_element(device: Mapping[str, Any]) -> str:
    serial = _element("SerialNumber", device["SerialNumber"])
    if device["User"] is None:
        return serial
    return f"{serial}<User>{_iam()._user_xml(device['User'])}</User>{_element('EnableDate', device['EnableDate'])}"


def _tags_element(device: Mapping[str, Any]) -> str:
    tags = "".join(
        f"<member>{_element('Key', tag['Key'])}{_element('Value', tag['Value'])}</member>" for tag in device["Tags"]
    )
    return f"<Tags>{tags}</Tags>" if tags else ""


def _listed(name: str, found: Iterable[str]) -> str:
    inner = "".join(f"<member>{each}</member>" for each in found)
    return f"<{name}>{inner}</{name}>{_element('IsTruncated', 'false')}"


def _element(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>"


def _iam() -> Any:
    return upstream.module("services.iam")


_ACTIONS: Mapping[str, Callable[[Parameters], str]] = {
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
