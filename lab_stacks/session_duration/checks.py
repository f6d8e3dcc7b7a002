"""What documents 001 and 003 say of durations: from 15 minutes to what the role grants, and 12 hours at most.

Whoever asks for nothing gets one hour. What is out of bounds is refused, not cut; AWS itself is asked, also for what
the SDKs would refuse by themselves (899 seconds).
"""

from labkit.checks import (
    AccountId,
    Assumed,
    CallerIdentity,
    Lab,
    Output,
    Role,
    RoleHasExactly,
    Session,
    TrustPolicyIs,
    UserHasExactly,
    allow,
    allow_assume_role,
    belongings,
    refused_session,
    user,
)

USER = user("durationUser")
ONE_HOUR = Role("oneHourRole", arn=Output("OneHourRoleArn"))
TWELVE_HOURS = Role("twelveHourRole", arn=Output("TwelveHourRoleArn"))
FOR_AN_HOUR = Session(ONE_HOUR, by=USER, name="one-hour", duration=3600)
OVER_THE_ROLES_MAXIMUM = "exceeds the MaxSessionDuration set for this role"
OVER_THE_CHAINS_MAXIMUM = "exceeds the 1 hour session limit for roles assumed by role chaining"


def one_hour(seconds: int) -> Session:
    return Session(ONE_HOUR, by=USER, name=f"for-{seconds}-s", duration=seconds)


def twelve_hours(seconds: int) -> Session:
    return Session(TWELVE_HOURS, by=USER, name=f"for-{seconds}-s", duration=seconds)


GRANTED = (
    CallerIdentity("user-is-live", "The user's access key is live", USER),
    Assumed("fifteen-minutes", "A session of 15 minutes, the shortest there is", one_hour(900)),
    Assumed("one-hour", "A session of one hour, the most that oneHourRole grants", FOR_AN_HOUR),
    CallerIdentity("session-is-live", "It works", FOR_AN_HOUR),
    Assumed("twelve-hours", "A session of twelve hours, the most that any role may grant", twelve_hours(43200)),
    Assumed(
        "unasked",
        "Who asks for no duration gets one hour, also where twelve would be granted",
        Session(TWELVE_HOURS, by=USER, name="unasked"),
    ),
    Assumed(
        "chained-hour",
        "A session can assume the other role for one hour",
        Session(TWELVE_HOURS, by=FOR_AN_HOUR, name="chained", duration=3600),
    ),
)

REFUSED = (
    refused_session(
        "too-short", "A second less than 15 minutes", one_hour(899), "ValidationError", "greater than or equal to 900"
    ),
    refused_session(
        "over-the-role", "A second more than the role grants", one_hour(3601), "ValidationError", OVER_THE_ROLES_MAXIMUM
    ),
    refused_session(
        "over-aws",
        "A second more than twelve hours",
        twelve_hours(43201),
        "ValidationError",
        "less than or equal to 43200",
    ),
    refused_session(
        "chained-over-an-hour",
        "A second more than an hour for a session that assumes the next role",
        Session(TWELVE_HOURS, by=FOR_AN_HOUR, name="chained", duration=3601),
        "ValidationError",
        OVER_THE_CHAINS_MAXIMUM,
    ),
)

AS_DEPLOYED = (
    TrustPolicyIs("one-hour-trust", "oneHourRole trusts the account", ONE_HOUR, (allow_assume_role(AccountId()),)),
    TrustPolicyIs(
        "twelve-hour-trust", "twelveHourRole trusts the account", TWELVE_HOURS, (allow_assume_role(AccountId()),)
    ),
    RoleHasExactly(
        "one-hour-role",
        "oneHourRole grants one hour, and may assume the other",
        ONE_HOUR,
        inline={"assume-twelveHourRole": (allow("sts:AssumeRole", TWELVE_HOURS.arn),)},
    ),
    RoleHasExactly("twelve-hour-role", "twelveHourRole grants twelve hours", TWELVE_HOURS, longest_session=43200),
    UserHasExactly(
        "user-policies",
        "The user may assume both, and that is all",
        USER,
        inline={"assume-both": (allow("sts:AssumeRole", (ONE_HOUR.arn, TWELVE_HOURS.arn)),)},
    ),
    *belongings("session-duration", (USER,), (ONE_HOUR, TWELVE_HOURS)),
)

LAB = Lab(
    title="How long a session may last",
    stack="SessionDuration",
    source="001 AWS Security Token Service (STS); 003 How enable access to AWS STS AssumeRole, Security Practices",
    users=(USER,),
    roles=(ONE_HOUR, TWELVE_HOURS),
    story=(*GRANTED, *REFUSED, *AS_DEPLOYED),
)
