"""The base of every lab's stack."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk

LAB_TAG = "lab"


class LabStack(cdk.Stack):
    """A stack of a lab, named as its class and tagged `lab=<the lab's name>`.

    It is bound to no account and no region: both are those of the credentials it is deployed with.
    """

    def __init__(self, app: cdk.App, lab: str, *, description: str | None = None) -> None:
        super().__init__(
            app,
            type(self).__name__,
            description=description,
            # The only one with which `cdk deploy` works in an account that was never bootstrapped.
            synthesizer=cdk.LegacyStackSynthesizer(),
        )
        self.lab = lab
        cdk.Tags.of(self).add(LAB_TAG, lab)
        # Seen on the stack itself as well, where somebody looks for what may be destroyed.
        self.add_stack_tag(LAB_TAG, lab)

    def account_id(self, name: str) -> str:
        """The id of the other account of a lab across two, which only the deployment knows: a parameter of the stack.

        `name`: `PartnerAccountId` in the home account's stack, `HomeAccountId` in the partner's.
        """
        parameter = cdk.CfnParameter(
            self, name, description="The id of the lab's other account (12 digits)", allowed_pattern=r"\d{12}"
        )
        return parameter.value_as_string

    def add_outputs(self, outputs: Mapping[str, str]) -> None:
        """Add stack outputs with exactly these keys: they are the lab's contract with its checks."""
        for key, value in outputs.items():
            cdk.CfnOutput(self, key, value=value)
