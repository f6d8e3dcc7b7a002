"""What document 001 says of services: they assume roles as well, here Lambda for a function.

The role trusts the service and nobody else. Whoever may invoke the function gets what the role lets it do, and never
is the role all the same.
"""

from labkit.checks import (
    ADMINISTRATOR,
    CallerIdentity,
    FunctionIs,
    Lab,
    NotAssumed,
    Output,
    Role,
    RoleHasExactly,
    Session,
    TrustPolicyIs,
    UserHasExactly,
    allow,
    belongings,
    user,
)

USER = user("serviceUser")
ROLE = Role("lambdaRole", arn=Output("RoleArn"))
FUNCTION = Output("FunctionName")
TRUSTS_LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}

NOBODY_ELSE = (
    CallerIdentity("user-is-live", "The user's access key is live", USER),
    NotAssumed(
        "user-assumes-role",
        "The user can't assume the role, though its own policy allows it",
        Session(ROLE, by=USER, name="user"),
    ),
    NotAssumed(
        "administrator-assumes-role",
        "Neither can the administrator",
        Session(ROLE, by=ADMINISTRATOR, name="administrator"),
    ),
)

THE_FUNCTION = (FunctionIs("function-is-the-role", "The function is a session of the role", USER, FUNCTION, ROLE),)

AS_DEPLOYED = (
    TrustPolicyIs("trust-policy", "The role trusts Lambda and nobody else", ROLE, (TRUSTS_LAMBDA,)),
    RoleHasExactly("role-policies", "The role may do nothing", ROLE),
    UserHasExactly(
        "user-policies",
        "The user may assume the role, as far as its own policy goes, and invoke the function, and that is all",
        USER,
        inline={
            "try-it": (
                allow("sts:AssumeRole", ROLE.arn),
                allow("lambda:InvokeFunction", Output("FunctionArn")),
            )
        },
    ),
    *belongings("service-role", (USER,), (ROLE,), functions=(FUNCTION,)),
)

LAB = Lab(
    title="A role that only a service may assume",
    stack="ServiceRole",
    source="001 AWS Security Token Service (STS), services can also assume a role",
    users=(USER,),
    roles=(ROLE,),
    story=(*NOBODY_ELSE, *THE_FUNCTION, *AS_DEPLOYED),
)
