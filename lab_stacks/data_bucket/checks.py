"""What document 001 draws: the administrator makes updateDataBucket, and lets the members of a group assume it.

Membership is all that decides. The story ends with the outsider, whom the administrator takes into the group and
puts out again: from then on the role can't be assumed, but a session that was given before goes on until it expires.
"""

from typing import Any

from labkit.checks import (
    NO_IDENTITY_ALLOW,
    AccountId,
    Allowed,
    Assumed,
    CallerIdentity,
    Change,
    Denied,
    Group,
    GroupHasExactly,
    Includes,
    Lab,
    NotAssumed,
    Output,
    Role,
    RoleHasExactly,
    Session,
    Text,
    TrustPolicyIs,
    UserHasExactly,
    allow,
    allow_assume_role,
    belongings,
    call,
    user,
)

MEMBER = user("dataBucketMember", "Member", console_password=True)
OUTSIDER = user("dataBucketOutsider", "Outsider")
GROUP = Group("dataBucketUpdaters")
ROLE = Role("updateDataBucket", arn=Output("RoleArn"))
AS_ROLE = Session(ROLE, by=MEMBER, name="member")
OUTSIDER_AS_ROLE = Session(ROLE, by=OUTSIDER, name="outsider")

DATA_BUCKET, OTHER_BUCKET = Output("DataBucketName"), Output("OtherBucketName")
DATA_BUCKET_ARN = Output("DataBucketArn")
KEY = "assumerole-lab/data.csv"
OBJECT: dict[str, Any] = {"Bucket": DATA_BUCKET, "Key": KEY}
OTHER_OBJECT: dict[str, Any] = {"Bucket": OTHER_BUCKET, "Key": KEY}
LIST_BUCKETS = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
LIST_OBJECTS = call("s3", "ListObjectsV2", action="s3:ListBucket", Bucket=DATA_BUCKET)
PUT_OBJECT = call("s3", "PutObject", Body=b"1;2;3", **OBJECT, undo=call("s3", "DeleteObject", **OBJECT))
GET_OBJECT = call("s3", "GetObject", **OBJECT)
DELETE_OBJECT = call("s3", "DeleteObject", **OBJECT)
LIST_OTHER = call("s3", "ListObjectsV2", action="s3:ListBucket", Bucket=OTHER_BUCKET)
PUT_OTHER = call("s3", "PutObject", **OTHER_OBJECT, undo=call("s3", "DeleteObject", **OTHER_OBJECT))
GET_OTHER = call("s3", "GetObject", **OTHER_OBJECT)

MEMBERSHIP: dict[str, Any] = {"GroupName": GROUP.name, "UserName": OUTSIDER.name}
LEAVE_GROUP = call("iam", "RemoveUserFromGroup", **MEMBERSHIP)
JOIN_GROUP = call("iam", "AddUserToGroup", **MEMBERSHIP, undo=LEAVE_GROUP)

THE_MEMBER = (
    CallerIdentity("member-is-live", "The member's access key is live", MEMBER),
    Denied("before-list-objects", "The member can't list the data bucket", MEMBER, LIST_OBJECTS, NO_IDENTITY_ALLOW),
    Denied("before-put-object", "The member can't write to it", MEMBER, PUT_OBJECT, NO_IDENTITY_ALLOW),
    Assumed("assume-role", "The member assumes updateDataBucket", AS_ROLE),
    CallerIdentity("role-is-live", "The member is now the role's session", AS_ROLE),
    Allowed("role-put-object", "The role writes to the data bucket", AS_ROLE, PUT_OBJECT),
    Allowed("role-get-object", "The role reads from it", AS_ROLE, GET_OBJECT),
    Allowed("role-list-objects", "The role lists it", AS_ROLE, LIST_OBJECTS, answer=(Includes("Contents[].Key", KEY),)),
    Allowed("role-delete-object", "The role deletes from it", AS_ROLE, DELETE_OBJECT),
    Denied("role-list-other", "The role can't list another bucket", AS_ROLE, LIST_OTHER, NO_IDENTITY_ALLOW),
    Denied("role-get-other", "The role can't read from another bucket", AS_ROLE, GET_OTHER, NO_IDENTITY_ALLOW),
    Denied("role-put-other", "The role can't write to another bucket", AS_ROLE, PUT_OTHER, NO_IDENTITY_ALLOW),
    Denied("role-list-buckets", "The role does not even see the others", AS_ROLE, LIST_BUCKETS, NO_IDENTITY_ALLOW),
    CallerIdentity("back-to-member", "The member is back", MEMBER),
    Denied("after-put-object", "The data bucket is shut to the member again", MEMBER, PUT_OBJECT, NO_IDENTITY_ALLOW),
)

THE_OUTSIDER = (
    CallerIdentity("outsider-is-live", "The outsider's access key is live", OUTSIDER),
    NotAssumed("outsider", "Who is not in the group can't assume the role", OUTSIDER_AS_ROLE, NO_IDENTITY_ALLOW),
    Change("join-group", "The administrator takes the outsider into the group", JOIN_GROUP, after="outsider"),
    Assumed("joined", "Now the outsider may assume the role", OUTSIDER_AS_ROLE, after="join-group"),
    CallerIdentity("joined-is-live", "and is then the role's session", OUTSIDER_AS_ROLE),
    Allowed("joined-put-object", "and may write to the data bucket", OUTSIDER_AS_ROLE, PUT_OBJECT),
    Change("leave-group", "The administrator puts the outsider out again", LEAVE_GROUP, after="joined"),
    NotAssumed(
        "left",
        "The outsider can't assume the role any more",
        Session(ROLE, by=OUTSIDER, name="once-more"),
        NO_IDENTITY_ALLOW,
        withdrawn=True,
        after="leave-group",
    ),
    Allowed(
        "session-goes-on",
        "A session that was given before goes on until it expires",
        OUTSIDER_AS_ROLE,
        GET_OBJECT,
        after="left",
    ),
)

AS_DEPLOYED = (
    TrustPolicyIs("trust-policy", "The role trusts the account", ROLE, trusts=(allow_assume_role(AccountId()),)),
    RoleHasExactly(
        "role-policies",
        "The role may read and write the data bucket, and that is all",
        ROLE,
        inline={
            "read-write-data-bucket": (
                allow("s3:ListBucket", DATA_BUCKET_ARN),
                allow(("s3:GetObject", "s3:PutObject", "s3:DeleteObject"), Text(DATA_BUCKET_ARN, "/*")),
            )
        },
    ),
    GroupHasExactly(
        "group",
        "The group has one member and lets its members assume the role, and that is all",
        GROUP,
        members=(MEMBER.name,),
        inline={"assume-updateDataBucket": (allow("sts:AssumeRole", Output("RoleArn")),)},
    ),
    UserHasExactly("member-policies", "The member has the group and nothing else", MEMBER, groups=(GROUP.name,)),
    UserHasExactly("outsider-policies", "The outsider has nothing", OUTSIDER),
    *belongings("data-bucket", (MEMBER, OUTSIDER), (ROLE,), (DATA_BUCKET, OTHER_BUCKET)),
)

LAB = Lab(
    title="The members of a group update a bucket",
    stack="DataBucket",
    source="001 AWS Security Token Service (STS), Define permissions in IAM policy",
    users=(MEMBER, OUTSIDER),
    roles=(ROLE,),
    story=(*THE_MEMBER, *THE_OUTSIDER, *AS_DEPLOYED),
)
