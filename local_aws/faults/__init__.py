"""Faults of the embedded AWS, for tests: what AWS does on a bad day, and while a change spreads.

Off by default. `python -m local_aws --fault NAME=VALUE` switches one on; there is a file for each, and catalogue.py
lists them. None of them decides anything: a request is delayed, lost, refused as AWS refuses it, or
decided on what IAM was a moment ago.
"""
