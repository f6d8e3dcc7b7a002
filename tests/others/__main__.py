"""`python -m tests.others [--examples FOLDER] [--botocore FOLDER]`: what of it comes to its right end.

Each program gets a throw-away embedded AWS and an administrator's credentials in the environment. Exits 1 if one does
not come to its right end.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.local.callers import Embedded, make_role, start_embedded, stop_embedded, trust

ROOT = Path(__file__).resolve().parents[2]
# In python/example_code; each prints these words when it is done. Left out is sts/federated_url.py, which asks the
# console's sign-in page on the internet for a token.
_EXAMPLES = (
    "iam/scenario_create_user_assume_role.py",
    "iam/access_key_wrapper.py",
    "iam/account_wrapper.py",
    "iam/group_wrapper.py",
    "iam/policy_wrapper.py",
    "iam/role_wrapper.py",
    "iam/user_wrapper.py",
    "iam/hello/hello_iam.py",
    "sts/assume_role_mfa.py",
    "sts/session_token.py",
)
_DONE = {"iam/hello/hello_iam.py": "IAM"}
_WRONG = ("Something went wrong", "Traceback", "Couldn't")
_SECONDS = 120
_LAST_LINES = 15
_PERSON = "tests.others.person"
# One of the examples names its region as a bucket's location, which S3 does not take in us-east-1.
_REGION = "us-west-2"


@dataclass(frozen=True)
class Program:
    """How a program is run; `done` is what it prints at its right end."""

    name: str
    command: Sequence[str]
    folder: Path
    done: str


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.others", description="Programs that others wrote.")
    parser.add_argument("--examples", metavar="FOLDER", type=Path, help="a checkout of awsdocs/aws-doc-sdk-examples")
    parser.add_argument("--botocore", metavar="FOLDER", type=Path, help="a checkout of boto/botocore")
    options = parser.parse_args()
    programs = [*_examples(options.examples), *_botocore(options.botocore)]
    if not programs:
        parser.error("name a checkout: --examples FOLDER, --botocore FOLDER, or both")
    if missing := [program.name for program in programs if not program.folder.is_dir()]:
        parser.error(f"not in the checkout: {', '.join(missing)}")
    failed = [program.name for program in programs if not _comes_to_its_end(program)]
    print(f"{len(programs) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def _examples(checkout: Path | None) -> Iterator[Program]:
    if checkout is None:
        return
    for example in _EXAMPLES:
        path = checkout.resolve() / "python" / "example_code" / example
        folder = path.parent if path.is_file() else path
        command = [sys.executable, "-m", _PERSON, str(path)]
        yield Program(example, command, folder, _DONE.get(example, "Thanks for watching"))


def _botocore(checkout: Path | None) -> Iterator[Program]:
    if checkout is not None:
        test = "tests/integration/test_credentials.py"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", test]
        yield Program(f"botocore's {test}", command, checkout.resolve(), " passed")


def _comes_to_its_end(program: Program) -> bool:
    instance = start_embedded()
    try:
        # Some look at the roles of the account, and every account of AWS's has some from its first day.
        make_role(instance.administrator("home"), "a-role-of-the-account", trust("123456789012"))
        with tempfile.TemporaryDirectory(prefix="assumerole-lab-others-") as home:
            finished = _run(program, _environment(instance, home, program), home)
    finally:
        stop_embedded(instance)
    said = finished.stdout + finished.stderr
    right = finished.returncode == 0 and program.done in said and not any(words in said for words in _WRONG)
    print(f"{'passed' if right else 'failed'}  {program.name}", flush=True)
    if not right:
        print("\n".join(said.splitlines()[-_LAST_LINES:]), flush=True)
    return right


def _run(program: Program, environment: Mapping[str, str], home: str) -> subprocess.CompletedProcess[str]:
    folder = home if _PERSON in program.command else program.folder
    try:
        return subprocess.run(
            program.command,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(program.command, 1, "", f"not at its end after {_SECONDS} s")


def _environment(instance: Embedded, home: str, program: Program) -> dict[str, str]:
    administrator = instance.administrator("home")
    ours = os.pathsep.join((str(program.folder), str(ROOT)))
    return {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ} | {
        "HOME": home,
        "PYTHONPATH": ours,
        "AWS_ENDPOINT_URL": administrator.endpoint,
        "AWS_ACCESS_KEY_ID": administrator.access_key_id,
        "AWS_SECRET_ACCESS_KEY": administrator.secret_access_key,
        "AWS_REGION": _REGION,
        "AWS_DEFAULT_REGION": _REGION,
    }


if __name__ == "__main__":
    sys.exit(main())
