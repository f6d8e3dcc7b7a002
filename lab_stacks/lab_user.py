"""An IAM user of a lab, with the credentials that the lab hands out."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from lab_stacks.acknowledged_rules import NO_ROTATION, acknowledge

PASSWORD_LENGTH = 32
# Each counts as a symbol in an account's password policy (IAM User Guide, "Set an account password policy
# for IAM users"), none needs quoting in JSON or CSV, and none begins a formula in a spreadsheet.
PASSWORD_SYMBOLS = "!#*^_"  # noqa: S105
# Those that are mistaken for one another when a password is read out.
AMBIGUOUS = "0O1lI"


class LabUser(Construct):
    """An IAM user with an access key and, where asked for, a console password.

    Both are made in the stack, kept in Secrets Manager and end with the stack:

    - the access key's secret holds `{"AccessKeyId", "SecretAccessKey", "UserName"}`,
    - the password's secret holds `{"username", "password"}`.

    The secrets have generated names: Secrets Manager frees a name some time after the deletion, so that a
    fixed one might be taken when the lab is deployed again (API reference, DeleteSecret).

    Attributes: `user`; `access_key_secret`; `password_secret`, None without a console password.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        user_name: str,
        managed_policies: Sequence[iam.IManagedPolicy] = (),
        inline_policies: Mapping[str, iam.PolicyDocument] | None = None,
        groups: Sequence[iam.IGroup] = (),
        tags: Mapping[str, str] | None = None,
        console_password: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        self.password_secret = self._generate_password(user_name) if console_password else None
        password = self.password_secret.secret_value_from_json("password") if self.password_secret else None
        self.user = iam.User(
            self,
            "User",
            user_name=user_name,
            managed_policies=list(managed_policies),
            groups=list(groups),
            password=password,
            # Only a user with iam:ChangePassword gets past a required reset, and that would be one more permission.
            password_reset_required=False if password else None,
        )
        self._put_inline(inline_policies or {})
        for key, value in (tags or {}).items():
            cdk.Tags.of(self.user).add(key, value)
        self.access_key_secret = self._keep_access_key(user_name)
        for secret in filter(None, (self.access_key_secret, self.password_secret)):
            acknowledge(secret, "a lab's credentials live as long as the lab, which is not long", [NO_ROTATION])

    def outputs(self, prefix: str = "") -> dict[str, str]:
        """The stack outputs for this user, with `prefix` before each key: name, ARN, and the ARNs of the secrets."""
        outputs = {
            "UserName": self.user.user_name,
            "UserArn": self.user.user_arn,
            "AccessKeySecretArn": self.access_key_secret.secret_arn,
        }
        if self.password_secret:
            outputs["PasswordSecretArn"] = self.password_secret.secret_arn
        return {f"{prefix}{key}": value for key, value in outputs.items()}

    def _put_inline(self, policies: Mapping[str, iam.PolicyDocument]) -> None:
        """Make `policies` part of the user itself: as resources of their own they would look added by hand."""
        user = self.user.node.default_child
        if policies and isinstance(user, iam.CfnUser):
            user.policies = [
                iam.CfnUser.PolicyProperty(policy_name=name, policy_document=document)
                for name, document in policies.items()
            ]

    def _generate_password(self, user_name: str) -> secretsmanager.Secret:
        return secretsmanager.Secret(
            self,
            "Password",
            description=f"Console password of the lab user {user_name}",
            removal_policy=cdk.RemovalPolicy.DESTROY,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template=json.dumps({"username": user_name}),
                generate_string_key="password",
                password_length=PASSWORD_LENGTH,
                require_each_included_type=True,
                exclude_characters=AMBIGUOUS + "".join(sorted(set(string.punctuation) - set(PASSWORD_SYMBOLS))),
            ),
        )

    def _keep_access_key(self, user_name: str) -> secretsmanager.Secret:
        key = iam.AccessKey(self, "AccessKey", user=self.user)
        return secretsmanager.Secret(
            self,
            "AccessKeySecret",
            description=f"Access key of the lab user {user_name}",
            removal_policy=cdk.RemovalPolicy.DESTROY,
            secret_object_value={
                # The id of an access key is no secret, and neither is the user's name.
                "AccessKeyId": cdk.SecretValue.unsafe_plain_text(key.access_key_id),
                "SecretAccessKey": key.secret_access_key,
                "UserName": cdk.SecretValue.unsafe_plain_text(user_name),
            },
        )
