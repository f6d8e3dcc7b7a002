"""The second account by the name of a profile: taken if it is another account's administrator, refused in one line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from labkit.errors import LabError
from labkit.place import Place
from labkit.target import environments_place
from tests.local.callers import Caller


@pytest.fixture(autouse=True)
def _profiles(
    place: Place, admin: Caller, partner_admin: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An AWS configuration with profiles of both accounts, and one with a key that is none."""
    keys: Mapping[str, tuple[str, str]] = {
        "partner": (partner_admin.access_key_id, partner_admin.secret_access_key),
        "same": (admin.access_key_id, admin.secret_access_key),
        "bad": ("AKIAIOSFODNN7EXAMPLE", "none"),
    }
    lines = [
        f"[profile {name}]\naws_access_key_id={id}\naws_secret_access_key={key}" for name, (id, key) in keys.items()
    ]
    (tmp_path / "config").write_text("\n".join(lines))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


def test_a_profile_of_another_account_is_the_partner() -> None:
    place = environments_place("partner")
    assert place.account.id == "123456789012"
    assert place.partner
    assert place.partner.administrator == "arn:aws:iam::210987654321:user/lab-administrator"
    environment = place.partner.environment or {}
    # The CDK CLI must not find the home account's keys, which would win over the profile.
    assert (environment.get("AWS_PROFILE"), environment.get("AWS_ACCESS_KEY_ID")) == ("partner", None)
    assert environments_place(None).partner is None


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        ("nope", "could not be found"),
        ("bad", "does not accept the administrator's credentials"),
        ("same", "the profile same is of account 123456789012, as all else is"),
    ],
)
def test_any_other_is_refused_in_one_line(profile: str, says: str) -> None:
    with pytest.raises(LabError, match=says) as refused:
        environments_place(profile)
    assert "--partner-profile" in str(refused.value)
    assert "\n" not in str(refused.value)
