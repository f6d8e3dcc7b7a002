"""The lab of document 001, "Services can also assume role besides user like Lambda"."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from lab_stacks.lab_role import lab_role
from lab_stacks.lab_stack import LabStack
from lab_stacks.lab_user import LabUser

FUNCTION = "whoAmI"
CODE = """import boto3


def handler(event, context):
    return {"Arn": boto3.client("sts").get_caller_identity()["Arn"]}
"""


class ServiceRole(LabStack):
    """The function whoAmI is lambdaRole, which no user can be; serviceUser may try, and may invoke the function."""

    def __init__(self, app: cdk.App, lab: str) -> None:
        super().__init__(app, lab, description="A role that Lambda alone may assume, and a function that is that role")
        role = lab_role(
            self,
            "Role",
            role_name="lambdaRole",
            description="Who the function whoAmI is; it may do nothing but say so",
            trusts=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        function = lambda_.CfnFunction(
            self,
            "Function",
            function_name=FUNCTION,
            description="Answers with its own caller identity",
            runtime=lambda_.Runtime.PYTHON_3_14.name,
            handler="index.handler",
            code=lambda_.CfnFunction.CodeProperty(zip_file=CODE),
            role=role.role_arn,
            timeout=20,
        )
        user = LabUser(
            self,
            "User",
            user_name="serviceUser",
            inline_policies={
                "try-it": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[role.role_arn]),
                        iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.attr_arn]),
                    ]
                )
            },
        )
        self.add_outputs(
            {
                **user.outputs(),
                "RoleArn": role.role_arn,
                "FunctionName": function.ref,
                "FunctionArn": function.attr_arn,
            }
        )
