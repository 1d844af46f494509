"""`make bench`: our whole process against the eight gcloud commands a person types, in turn, on one sandbox."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

OURS = [sys.executable, "-m", "sagebase_ops"]
SERVICE = ("run", "services", "describe", "sagebase-streamlit", "--region=asia-northeast1")
EIGHT = [
    (*SERVICE, "--format=value(status.conditions[0].status)"),
    (*SERVICE, "--format=value(status.url)"),
    ("sql", "instances", "describe", "sagebase-db", "--format=value(state)"),
    ("services", "list", "--enabled", "--filter=name:aiplatform.googleapis.com", "--format=value(name)"),
    ("secrets", "describe", "database-password"),
    ("monitoring", "dashboards", "list", "--format=value(name)"),
    ("alpha", "monitoring", "policies", "list", "--format=value(name)"),
    (
        "logging",
        "read",
        "resource.type=cloud_run_revision AND severity>=ERROR",
        "--freshness=1d",
        "--limit=50",
        "--format=json",
    ),
]
ROUNDS = 3


def measured(command: list[str], env: dict[str, str], folder: str) -> tuple[float, float]:
    """Wall and CPU seconds of one whole process; raises when it fails."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, env=env, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - started, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def best(command: list[str], env: dict[str, str], folder: str) -> tuple[float, float]:
    return min(measured(command, env, folder) for _ in range(ROUNDS))


def main() -> None:
    if shutil.which("gcloud") is None:
        sys.exit("gcloud is not installed: the ratios need it")
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen([*OURS, "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True) as box,
    ):
        env = {**os.environ, "CLOUDSDK_CONFIG": f"{folder}/gcloud"}
        for line in box.stdout or ():
            if line.strip() == "ready":
                break
            name, _, value = line.strip().removeprefix("export ").partition("=")
            env[name] = value
        report(env, folder)
        box.terminate()


def report(env: dict[str, str], folder: str) -> None:
    run_wall, run_cpu = best([*OURS, "--run", "daily", "--dry-run"], env, folder)
    help_wall, _ = best([*OURS, "--help"], env, folder)
    bare_wall, _ = best([sys.executable, "-c", "pass"], env, folder)
    singles = [best(["gcloud", *words, "--project=sagebase-sandbox"], env, folder) for words in EIGHT]
    wall, cpu = (sum(single[part] for single in singles) for part in (0, 1))
    print(f"{'':34}{'wall s':>8}{'CPU s':>8}")
    print(f"{'--run daily --dry-run, cold':34}{run_wall:8.2f}{run_cpu:8.2f}")
    print(f"{'eight gcloud commands in turn':34}{wall:8.2f}{cpu:8.2f}")
    print(f"{'ratio (0.5 passes, 0.25 is proud)':34}{run_wall / wall:8.2f}{run_cpu / cpu:8.2f}")
    print(f"{'ratio to one gcloud command':34}{run_wall / (wall / 8):8.2f}{run_cpu / (cpu / 8):8.2f}")
    print(f"{'--help':34}{help_wall:8.2f}")
    print(f"{'the interpreter alone':34}{bare_wall:8.2f}")


if __name__ == "__main__":
    main()
