"""Runs in a container, with no code of the candidate: compares names of Python modules with what a spec says, by mypy.

`python_main.py <request>` asks about all modules in one further process; where mypy cannot bear that, about each in a
process of its own, so that one module says nothing of the others. With indexes of modules behind it, it is such a
process. JSON on stdout.
"""

import json
import os
import subprocess
import sys
import time


def main():
    if sys.version_info < (3, 10):
        sys.exit("the image's Python is older than 3.10")
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    if len(sys.argv) == 2:
        results = ask_all(request)
    else:
        sys.path.insert(0, request["mypy"])
        results = ask_here(request, [request["modules"][int(index)] for index in sys.argv[2:]])
    json.dump(results, sys.stdout)


def ask_all(request):
    seconds = request["timeoutMs"] / 1000
    end = time.monotonic() + seconds
    count = len(request["modules"])
    together = ask_apart(range(count), seconds if count == 1 else seconds / 2)
    if isinstance(together, list):
        return together
    if count == 1:
        return [together]
    results = []
    for index in range(count):
        found = ask_apart([index], (end - time.monotonic()) / (count - index))
        results.append(found[0] if isinstance(found, list) else found)
    return results


def ask_apart(indexes, seconds):
    command = [sys.executable, "-I", "-B", *sys.argv, *map(str, indexes)]
    seconds = max(0.001, seconds)
    try:
        child = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return {"problem": f"mypy did not end within {seconds:.0f} s"}
    if child.returncode == 0:
        return json.loads(child.stdout)
    lines = child.stderr.decode(errors="replace").strip().splitlines()
    return {"problem": f"mypy crashed (exit code {child.returncode}): {lines[-1] if lines else ''}"}


def ask_here(request, modules):
    # Ours and mypy's, which a module of the workspace must not stand in for.
    sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), request["mypy"]]
    import python_module

    return python_module.ask(request["workdir"], modules)


main()
