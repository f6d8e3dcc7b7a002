#!/usr/bin/env python3
"""Prove the labs that plain `cdk deploy` deployed, on whatever AWS the environment names: see --help."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from labkit.commands.main import main
from labkit.commands.verify import verify_environment

sys.exit(main(command=verify_environment))
