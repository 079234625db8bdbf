"""How long a server takes until it answers, and the memory it rests at."""

from compileall import compile_dir
from statistics import median
from time import perf_counter, sleep

from app.cli.bench.asking import connected
from app.cli.bench.company import say
from app.cli.bench.server import cpu, memory, served
from app.settings import ROOT

REST = 3.0
"""Seconds after the first answer: what a start leaves to a thread is done by then."""


def start_figures(url: str, rounds: int) -> dict[str, float]:
    """Return the medians of several starts on a filled database, one worker each."""
    say(f"starting the server {rounds} times ...")
    # As an installation does, and `make run`: where the environment forbids to write bytecode, no start keeps any.
    compile_dir(ROOT / "app", quiet=1)
    seconds, spent, held = [], [], []
    for _ in range(rounds):
        start = perf_counter()
        with served(url) as (process, port):
            connection = connected(process, port, "/livez")
            connection.getresponse().read()
            seconds.append(perf_counter() - start)
            spent.append(cpu(process.pid))
            connection.close()
            sleep(REST)
            held.append(memory(process.pid))
    return {
        "start to the first answer, s": median(seconds),
        "start to the first answer, CPU s": median(spent),
        "memory at rest, MB": median(held),
    }
