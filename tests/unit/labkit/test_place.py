"""Labs across two accounts: in which order their stacks are deployed, and what becomes of them where there is one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from labkit.aws.clients import Clients
from labkit.catalogue import find_labs
from labkit.checks import PARTNER, AccountId, Output, user
from labkit.checks.values import Account, Facts, MissingOutputError
from labkit.commands.down import whole
from labkit.deadline import Deadline
from labkit.errors import LabError
from labkit.place import Place, given_parameters, partner_advice, require_partner, sites
from labkit.verdicts import Verdict
from labkit.verification import Standing, standing, verify

ADMIN, PARTNERS_ADMIN = "arn:aws:iam::123456789012:user/a", "arn:aws:iam::210987654321:user/b"
ENTRIES = find_labs(("cross-account", "james-s3"))
ACROSS, JAMES = ENTRIES


class NoStacks:
    """A CloudFormation with these stacks, and nothing else of AWS."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.region = "us-east-1"

    def client(self, service: str, **_: Any) -> NoStacks:
        assert service == "cloudformation"
        return self

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803
        stack = {"StackName": StackName, "StackId": "arn", "CreationTime": None}
        status = "CREATE_COMPLETE" if StackName in self.names else "DELETE_COMPLETE"
        return {"Stacks": [{**stack, "StackStatus": status, "Outputs": []}]}


class Listener:
    """Remembers what was decided."""

    def __init__(self) -> None:
        self.results: list[Any] = []

    def waiting(self, *_: Any) -> None: ...

    def decided(self, result: Any) -> None:
        self.results.append(result)

    def note(self, text: str) -> None: ...


def alone(*stacks: str) -> Place:
    return Place(cast(Clients, NoStacks(*stacks)), ADMIN)


def together(here: tuple[str, ...] = (), there: tuple[str, ...] = ()) -> Place:
    return replace(alone(*here), partner=Place(cast(Clients, NoStacks(*there)), PARTNERS_ADMIN))


def test_the_partners_stack_comes_first_in_the_partners_account() -> None:
    waves = [[(site.stack, site.place.account.id) for site in wave] for wave in sites(ENTRIES, together())]
    home = [("CrossAccount", "123456789012"), ("JamesS3", "123456789012")]
    assert waves == [[("CrossAccountPartner", "210987654321")], home]


def test_without_a_second_account_the_other_labs_go_on() -> None:
    assert [[site.stack for site in wave] for wave in sites(ENTRIES, alone())] == [["JamesS3"]]
    require_partner((JAMES,), alone())
    require_partner(ENTRIES, together())
    with pytest.raises(LabError, match=r"^cross-account needs a second account: .*--partner-profile$"):
        require_partner(ENTRIES, alone())


def test_a_template_is_given_the_account_that_it_asks_for_and_no_other() -> None:
    template = {"Parameters": {"PartnerAccountId": {"Type": "String"}}}
    assert given_parameters(template, together()) == {"PartnerAccountId": "210987654321"}
    assert given_parameters({"Parameters": {"HomeAccountId": {}}}, together()) == {"HomeAccountId": "123456789012"}
    assert given_parameters({}, together()) == {}


def test_both_stacks_have_to_stand() -> None:
    both = together(("CrossAccount",), ("CrossAccountPartner",))
    (lab,) = standing((ACROSS,), both, named=True)
    assert (lab.stack and lab.stack.name, lab.partner and lab.partner.name) == ("CrossAccount", "CrossAccountPartner")
    for half in (together(("CrossAccount",)), together((), ("CrossAccountPartner",))):
        with pytest.raises(LabError, match="cross-account is only half deployed; run: lab up cross-account"):
            standing((ACROSS,), half, named=False)
    with pytest.raises(LabError, match="is not deployed here"):
        standing((ACROSS,), together(), named=True)


@pytest.mark.parametrize("named", [True, False])
def test_without_a_second_account_the_lab_is_not_applicable(named: bool) -> None:
    place, listener = alone("CrossAccount"), Listener()
    labs = standing((ACROSS, JAMES) if not named else (ACROSS,), place, named=named)
    report = verify(labs, place, Deadline(0), listener)
    (check,) = report.checks
    assert (check.verdict, check.reason) == (Verdict.NOT_APPLICABLE, partner_advice(ACROSS))
    assert listener.results == [check]
    # Nothing of the lab was checked, so nothing is proven.
    assert report.exit_code == 2


def test_a_lab_that_nobody_named_and_that_does_not_stand_is_left_out() -> None:
    with pytest.raises(LabError, match="no lab stands here"):
        standing((ACROSS,), alone(), named=False)
    with pytest.raises(LabError, match="--partner-profile"):
        Standing(ACROSS, None).facts(alone())


def test_values_are_those_of_their_account() -> None:
    partner = Facts({"UserArn": PARTNERS_ADMIN}, Account("210987654321"))
    facts = Facts({"UserArn": ADMIN}, Account("123456789012"), partner)
    assert (Output("UserArn").resolve(facts), Output("UserArn", PARTNER).resolve(facts)) == (ADMIN, PARTNERS_ADMIN)
    assert (AccountId().resolve(facts), AccountId(PARTNER).resolve(facts)) == ("123456789012", "210987654321")
    assert user("b", account=PARTNER).expected_arn(facts) == PARTNERS_ADMIN
    with pytest.raises(MissingOutputError):
        Output("UserArn", PARTNER).resolve(replace(facts, partner=None))


def test_nothing_is_called_gone_that_nobody_can_see() -> None:
    for labs, place, named in ((ENTRIES, alone(), True), (ENTRIES, alone("CrossAccount"), False)):
        with pytest.raises(LabError, match=r"^cross-account needs a second account"):
            whole(labs, place, named=named)
    assert whole(ENTRIES, alone(), named=False) == [JAMES]
    assert whole(ENTRIES, together(), named=True) == list(ENTRIES)
