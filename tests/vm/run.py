"""Runs the kernel tests of both languages on other kernels, each program in a virtual machine of its own.

    run.py <build tree> <cache of kernels> [KERNEL]... [-R PATTERN] [--python PATTERN] [--record]

KERNEL     6.12 or 6.1; both when none is named
--record   writes what each kernel has to features.json and docs/kernels.md; without it a difference is a failure
-R         the C++ tests whose program matches this regular expression, as in link_test or kernel/attach; "" for none
--python   the Python tests that match this expression, as pytest's -k; "" for none

The tests are those that CTest knows. The results of a kernel are in <build tree>/kernels/<KERNEL>, laid out as those
of a build tree, for tests/support/add_up.py. A guest that panics, hangs or runs out of time is a failure, and the end
of its console is printed.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree

import features
import kernel
import machine

ROOT = pathlib.Path(__file__).resolve().parents[2]
AT_ONCE = 2  # machines
SLOWNESS = 20  # times that emulated code may be slower: what time limits of tests are multiplied by
CPP_TIMEOUT = 300.0  # seconds for a program, the boot included
PYTHON_TIMEOUT = 1800.0
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "AIOBPF_REQUIRE_KERNEL": "1",
    "AIOBPF_SLOWNESS": str(SLOWNESS),
}
FEATURES = "kernel_features"
ALL_SKIPPED = 77  # exit status of a program whose cases were all skipped, as for CTest


@dataclasses.dataclass(frozen=True)
class Job:
    """A test, as a guest runs it."""

    name: str
    command: list[str]
    environment: dict[str, str]
    timeout: float


@dataclasses.dataclass(frozen=True)
class Result:
    job: Job
    outcome: machine.Outcome
    seconds: float

    def failure(self) -> str:
        """Why it is one; empty where it is none."""
        return "" if self.outcome.status == ALL_SKIPPED else self.outcome.failure()


def ctest_entries(build: pathlib.Path) -> list[tuple[str, list[str], dict[str, str], list[str]]]:
    """Name, command, environment and labels of each test that CTest knows."""
    shown = subprocess.run(
        ["ctest", "--test-dir", build, "--show-only=json-v1"], capture_output=True, text=True, check=True
    ).stdout
    entries = []
    for test in json.loads(shown)["tests"]:
        properties = {one["name"]: one["value"] for one in test.get("properties", [])}
        environment = dict(one.split("=", 1) for one in properties.get("ENVIRONMENT", []))
        entries.append((test["name"], test.get("command", []), environment, properties.get("LABELS", [])))
    return entries


def jobs(build: pathlib.Path, folder: pathlib.Path, cpp: str, python: str) -> list[Job]:
    """What is run; results go to `folder`/results instead of the build tree's."""
    chosen = []
    for name, command, environment, labels in ctest_entries(build):
        here = [word.replace(f"{build}/results", f"{folder}/results") for word in command]
        if "kernel" in labels and cpp and command and re.search(cpp, command[0]):
            chosen.append(Job(name, here, ENVIRONMENT | environment, CPP_TIMEOUT))
        elif name == "python" and python:
            here += ["-m", "kernel", "-k", python, "-p", "no:cacheprovider"]
            chosen.append(Job(name, here, ENVIRONMENT | environment, PYTHON_TIMEOUT))
    return chosen


def run_job(booted: kernel.Kernel, folder: pathlib.Path, job: Job) -> Result:
    begin = time.monotonic()
    outcome = machine.run(
        booted, job.command, cwd=ROOT, environment=job.environment, writable=[folder], timeout=job.timeout
    )
    return Result(job, outcome, time.monotonic() - begin)


def write_summary(path: pathlib.Path, results: list[Result]) -> None:
    """As ctest --output-junit: what add_up.py compares the results of the cases with."""
    suite = xml.etree.ElementTree.Element("testsuite", name="kernels", tests=str(len(results)))
    for result in results:
        failure = result.failure()
        case = xml.etree.ElementTree.SubElement(
            suite, "testcase", name=result.job.name, classname=result.job.name, time=f"{result.seconds:.1f}",
            status="fail" if failure else "run",
        )  # fmt: skip
        if failure:
            xml.etree.ElementTree.SubElement(case, "failure", message=failure.partition("\n")[0])
            xml.etree.ElementTree.SubElement(case, "system-out").text = printable(result.outcome.output + failure)
    xml.etree.ElementTree.ElementTree(suite).write(path)


def printable(text: str) -> str:
    """Without what XML cannot hold."""
    return re.sub(r"[^\t\n\x20-\ud7ff\ue000-\ufffd]", "?", text)


def look_at(booted: kernel.Kernel, build: pathlib.Path, folder: pathlib.Path, record: bool) -> Result:
    """What the kernel has, against what is recorded: a test of one case."""
    job = Job(FEATURES, [str(build / "tests" / "vm" / FEATURES)], dict(ENVIRONMENT), CPP_TIMEOUT)
    result = run_job(booted, folder, job)
    told = result.failure()
    if not told:
        seen = features.parse(result.outcome.output)
        if record:
            features.record(booted.name, seen)
        told = "\n".join(features.differences(booted.name, seen))
    suite = xml.etree.ElementTree.Element("testsuite", name=FEATURES, tests="1")
    case = xml.etree.ElementTree.SubElement(suite, "testcase", name="as_docs_kernels_md_says", classname=FEATURES)
    if told:
        xml.etree.ElementTree.SubElement(case, "failure", message=printable(told))
        result = dataclasses.replace(result, outcome=dataclasses.replace(result.outcome, status=1, output=told))
    xml.etree.ElementTree.ElementTree(suite).write(folder / "results" / f"{FEATURES}.xml")
    return result


def folder_of(build: pathlib.Path, name: str) -> pathlib.Path:
    return build / "kernels" / name


def run_kernel(name: str, build: pathlib.Path, cache: pathlib.Path, cpp: str, python: str, record: bool) -> int:
    """How many tests failed."""
    booted = kernel.prepare(name, cache)
    folder = folder_of(build, name)
    print(f"{name}: {booted.package}", flush=True)
    failed = 0
    results = [look_at(booted, build, folder, record)]
    if results[0].failure():
        failed += 1
        print(f"{name}: {FEATURES}: failed\n{results[0].failure()}", flush=True)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(run_job, booted, folder, job) for job in jobs(build, folder, cpp, python)]
        for done in concurrent.futures.as_completed(waiting):
            result = done.result()
            results.append(result)
            failure = result.failure()
            print(f"{name}: {result.job.name}: {'failed' if failure else 'passed'}, {result.seconds:.1f} s", flush=True)
            if failure:
                failed += 1
                print(f"{result.outcome.output}{failure}", flush=True)
    write_summary(folder / "ctest.xml", results)
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("cache", type=pathlib.Path)
    parser.add_argument("kernels", nargs="*", metavar="KERNEL")
    parser.add_argument("-R", dest="cpp", default=".", metavar="PATTERN")
    parser.add_argument("--python", default="test", metavar="PATTERN")
    parser.add_argument("--record", action="store_true")
    chosen = parser.parse_args()
    names = chosen.kernels or list(kernel.META_PACKAGES)
    for name in names:
        if name not in kernel.META_PACKAGES:
            parser.error(f"no kernel {name!r}: there are {', '.join(kernel.META_PACKAGES)}")
    build = pathlib.Path(os.path.abspath(chosen.build))
    for name in names:  # one that stays empty counts as a failure
        shutil.rmtree(folder_of(build, name), ignore_errors=True)
        (folder_of(build, name) / "results").mkdir(parents=True)
    cache = chosen.cache.resolve()
    failed = sum(run_kernel(name, build, cache, chosen.cpp, chosen.python, chosen.record) for name in names)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
