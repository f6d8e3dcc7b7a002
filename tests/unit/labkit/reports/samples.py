"""A report for tests that has every verdict, a wait, explanations, a chain of sessions, and text that is hostile."""

from __future__ import annotations

from datetime import UTC, datetime

from labkit.explanation.explanation import Explanation, Source
from labkit.results import Asked, CheckResult, LabResult, Player, Report
from labkit.verdicts import Verdict

HOSTILE = '<script>alert(1)</script> & "quotes" | [link](http://x) \x07 {{ 7 * 7 }}'
BUCKET = "arn:aws:s3:::a-bucket-with-quite-a-long-name-to-be-cut"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Other", "Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": [f"s3:Action{number}" for number in range(30)] + ["s3:Put*"],
            "Resource": ["arn:aws:s3:::*", HOSTILE],
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
        },
    ],
}
EXPLAINED = Explanation(
    f"Statement 2 of the inline policy guard of role Reader denies s3:PutObject. {HOSTILE}",
    "Smallest change that would allow it: sign in with MFA.",
    "AWS answers otherwise, and that counts.",
    (Source("the inline policy guard of role Reader", POLICY, 1, ("s3:Put*", "arn:aws:s3:::*")),),
)


def check(id: str, verdict: Verdict = Verdict.PROVEN, identity: str = "James", **more: object) -> CheckResult:
    fields = {
        "id": id,
        "title": f"The check {id}",
        "identity": identity,
        "call": "s3:ListBuckets",
        "expected": "allowed",
        "observed": "allowed",
        "verdict": verdict,
        "reason": "" if verdict is Verdict.PROVEN else f"because it is {verdict}",
        "attempts": 1,
        "seconds": 0.05,
        **more,
    }
    return CheckResult(**fields)  # type: ignore[arg-type]


STORY = (
    check("live", asked=(Asked("sts:GetCallerIdentity", "*", True),)),
    check("list", asked=(Asked("s3:ListAllMyBuckets", "arn:aws:s3:::*", False),)),
    check("assume", asked=(Asked("sts:AssumeRole", "arn:aws:iam::123456789012:role/Reader", True, "Reader/one"),)),
    check(
        "put",
        Verdict.FAILED,
        "Reader/one",
        title=f"A title with {HOSTILE}",
        call=f"s3:PutObject Bucket={HOSTILE}",
        observed=HOSTILE,
        attempts=6,
        seconds=4.2,
        explanation=EXPLAINED,
        asked=(Asked("s3:PutObject", f"{BUCKET}/k", False),),
    ),
    check("unsure", Verdict.UNDETERMINED, "Reader/one", asked=(Asked("ec2:DescribeInstances", "*", None),)),
    check(
        "chain", asked=(Asked("sts:AssumeRole", "arn:aws:iam::1:role/W", True, "Writer/two"),), identity="Reader/one"
    ),
    check("far", identity="Writer/two", asked=(Asked("iam:ListRoles", "*", True),)),
    check("stranger", identity="administrator", asked=(Asked("sts:AssumeRole", "arn:aws:iam::1:role/Reader", False),)),
    check("shape", Verdict.NOT_APPLICABLE, "administrator"),
)
PLAYERS = (
    Player("James", "IAM user", "James", (), tuple(f"a-policy-with-a-long-name-{number}" for number in range(8))),
    Player("Reader/one", "role session", "Reader", ("session one",), ("guard",), "James"),
    Player("Writer/two", "role session", "Writer", ("session two", "with a session policy"), (), "Reader/one"),
    Player("administrator", "administrator", "lab-administrator"),
)
LAB = LabResult("james-s3", "JamesS3", STORY, 4.6, ("list", "put"), "James assumes a role to read S3", PLAYERS)
HEALTHY = LabResult("other-lab", "OtherLab", (check("one"), check("two")), 0.1, title="Another lab")
REPORT = Report((LAB, HEALTHY), False, 4.7, "123456789012", datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
