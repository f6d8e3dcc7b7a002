"""Works through mutants on several embedded AWSs side by side, each with a process that takes the next one left."""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait
from queue import Empty, Queue

from tests.mutants.bench import work_through
from tests.mutants.model import LabTemplates, Mutant, Outcome


def run(todo: Sequence[Mutant | LabTemplates], jobs: int, whole: bool = True) -> list[Outcome]:
    """Try the mutants and verify the healthy labs among `todo`, on `jobs` embedded AWSs side by side.

    `whole`: see `work_through`.
    """
    with multiprocessing.Manager() as manager:
        queue = manager.Queue()
        for job in in_any_order(todo):
            queue.put(job)
        with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
            working = [pool.submit(_work, queue, whole) for _ in range(min(jobs, len(todo)))]
            try:
                while wait(working, timeout=1, return_when=FIRST_EXCEPTION).not_done:
                    if sys.stderr.isatty():
                        print(f"\r{len(todo) - queue.qsize()} of {len(todo)}", end="", file=sys.stderr, flush=True)
                    if any(future.done() and future.exception() for future in working):
                        break
            finally:
                # After a failure there is nothing left to be taken.
                for _ in _taken_from(queue):
                    pass
            finished = [future.result() for future in working]
    outcomes = [outcome for of_one in finished for outcome in of_one]
    if len(outcomes) != len(todo):
        raise RuntimeError(f"{len(outcomes)} outcomes of {len(todo)} mutants and healthy labs")
    return outcomes


def in_any_order(todo: Sequence[Mutant | LabTemplates]) -> list[Mutant | LabTemplates]:
    """The same ones, mixed: a lab whose story waits, for a code of an MFA device, leaves the time to the others."""
    return random.Random(0).sample(todo, len(todo))  # noqa: S311 - an order, no secret


def _work(queue: Queue[Mutant | LabTemplates], whole: bool) -> list[Outcome]:
    return work_through(_taken_from(queue), whole)


def _taken_from(queue: Queue[Mutant | LabTemplates]) -> Iterator[Mutant | LabTemplates]:
    """What is in the queue, which nothing is added to any more."""
    with contextlib.suppress(Empty):
        while True:
            yield queue.get_nowait()
