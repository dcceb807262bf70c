# SPDX-License-Identifier: GPL-2.0-or-later
"""The templates for LAVA and tmt, held to the keys that those programs know: what they document, written down here
again. fleet.py lava|tmt FILE... prints every file that it found right, and ends with status 1 for one that is not."""
import re
import subprocess
import sys

import yaml

TIME = {"days", "hours", "minutes", "seconds"}
WORDS = (str, int, float, bool)


class Wrong(Exception):
    pass


def keys(where, value, needed, allowed=()):
    """A mapping that has all of the first and else only some of the second."""
    if not isinstance(value, dict):
        raise Wrong(f"{where}: {value!r} is no mapping")
    for key in set(needed) - set(value):
        raise Wrong(f"{where}: no {key}")
    for key in set(value) - set(needed) - set(allowed):
        raise Wrong(f"{where}: {key} is no key of it")


def seconds(where, value):
    keys(where, value, (), TIME)
    if len(value) != 1 or not all(isinstance(n, int) and n > 0 for n in value.values()):
        raise Wrong(f"{where}: {value!r} is no time")
    return sum(n * {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}[unit] for unit, n in value.items())


def shell(where, text):
    """Told by a shell that reads it."""
    got = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
    if got.returncode or not text.strip():
        raise Wrong(f"{where}: {got.stderr.strip() or 'empty'}")


def lava(job):
    keys("job", job, {"job_name", "timeouts", "visibility", "actions", "device_type"},
         {"context", "metadata", "priority", "tags", "secrets", "environment", "notify", "protocols"})
    keys("timeouts", job["timeouts"], {"job"}, {"action", "actions", "connection", "connections"})
    whole = seconds("timeouts.job", job["timeouts"]["job"])
    times = [seconds(f"timeouts.{name}", job["timeouts"][name]) for name in ("action", "connection")]
    if job["visibility"] not in ("public", "personal") or job.get("priority", "low") not in ("low", "medium", "high"):
        raise Wrong("job: visibility or priority")
    keys("environment", job["environment"], (), job["environment"])
    if not all(isinstance(value, str) for value in job["environment"].values()):
        raise Wrong(f"environment: {job['environment']!r}: all of it has to be text")
    steps = []
    for action in job["actions"]:
        if list(action) != ["test"]:
            raise Wrong(f"actions: {list(action)}")
        test = action["test"]
        keys("test", test, {"definitions", "docker"}, {"timeout", "namespace", "role", "failure_retry"})
        times.append(seconds("test.timeout", test["timeout"]))
        keys("test.docker", test["docker"], {"image"}, {"local", "os"})
        for one in test["definitions"]:
            keys("definition", one, {"from", "name", "path", "repository"}, {"skip_install"})
            if one["from"] != "inline":
                raise Wrong(f"definition: from {one['from']}")
            keys("repository", one["repository"], {"metadata", "run"}, {"install", "params"})
            keys("metadata", one["repository"]["metadata"], {"format", "name", "description"}, {"os", "scope", "devices"})
            if one["repository"]["metadata"]["format"] != "Lava-Test Test Definition 1.0":
                raise Wrong("metadata: format")
            keys("run", one["repository"]["run"], {"steps"})
            steps += one["repository"]["run"]["steps"]
    if max(times) > whole:
        raise Wrong("timeouts: one is longer than the job's")
    shell("steps", "\n".join(steps))
    used = set(re.findall(r"\$(LUBENCH_\w+)", "\n".join(steps)))
    if used != set(job["environment"]):
        raise Wrong(f"environment: {sorted(job['environment'])}, the steps use {sorted(used)}")


CORE = {"summary", "description", "contact", "author", "enabled", "order", "id", "link", "tag", "tier", "adjust", "environment"}


def tmt(node):
    if "test" in node:
        keys("test", node, {"test"}, CORE | {"framework", "duration", "path", "require", "recommend", "component", "result", "manual"})
        if node.get("framework") != "shell" or not re.fullmatch(r"[0-9]+[smhd]", str(node.get("duration"))):
            raise Wrong("test: framework or duration")
        shell("test", node["test"])
    else:
        keys("plan", node, {"execute", "discover", "provision"},
             CORE | {"context", "prepare", "finish", "cleanup", "report", "environment-file"})
        for step, how in (("discover", "fmf"), ("provision", "local"), ("execute", "tmt")):
            if node[step] != {"how": how}:
                raise Wrong(f"plan: {step} {node[step]!r}")
        if not all(isinstance(value, WORDS) for value in node.get("environment", {}).values()):
            raise Wrong("plan: environment")


def main(kind, *files):
    for name in files:
        with open(name, encoding="utf-8") as file:
            try:
                {"lava": lava, "tmt": tmt}[kind](yaml.safe_load(file))
            except (Wrong, yaml.YAMLError) as why:
                print(f"{name}: {why}")
                return 1
        print(f"{name} is one for {kind}")
    return 0


sys.exit(main(*sys.argv[1:]))
