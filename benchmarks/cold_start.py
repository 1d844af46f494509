"""Whole processes, cold: our daily checklist against the eight gcloud commands that a person types for the same."""

import shutil
import sys

from benchmarks.processes import OURS, Box, Cost, best, sandbox
from benchmarks.rows import Row, at_most

SERVICE = ("run", "services", "describe", "sagebase-streamlit", "--region=asia-northeast1")
ERRORS = "resource.type=cloud_run_revision AND severity>=ERROR"
EIGHT = (
    (*SERVICE, "--format=value(status.conditions[0].status)"),
    (*SERVICE, "--format=value(status.url)"),
    ("sql", "instances", "describe", "sagebase-db", "--format=value(state)"),
    ("services", "list", "--enabled", "--filter=name:aiplatform.googleapis.com", "--format=value(name)"),
    ("secrets", "describe", "database-password"),
    ("monitoring", "dashboards", "list", "--format=value(name)"),
    ("alpha", "monitoring", "policies", "list", "--format=value(name)"),
    ("logging", "read", ERRORS, "--freshness=1d", "--limit=50", "--format=json"),
)
ROUNDS = 5
GCLOUD_ROUNDS = 2
PASSES, PROUD = 0.5, 0.25
HELP = 0.25


def rows() -> list[Row]:
    with sandbox() as box:
        ours = best([*OURS, "--run", "daily", "--dry-run"], ROUNDS, box.env, box.folder)
        return [*_against_gcloud(ours, box), *_help()]


def _against_gcloud(ours: Cost, box: Box) -> list[Row]:
    own = Row("  --run daily --dry-run, cold: wall, CPU", f"{ours.wall:.2f}, {ours.cpu:.2f} s")
    if shutil.which("gcloud") is None:
        return [own, Row("  gcloud is not installed here: no ratio", "-")]
    each = [best(["gcloud", *words, "--project=sagebase-sandbox"], GCLOUD_ROUNDS, box.env) for words in EIGHT]
    all_wall, all_cpu = sum(cost.wall for cost in each), sum(cost.cpu for cost in each)
    return [
        at_most("cold daily run : the eight gcloud commands, wall", ours.wall / all_wall, PASSES, proud=PROUD),
        at_most("cold daily run : the eight gcloud commands, CPU", ours.cpu / all_cpu, PASSES, proud=PROUD),
        Row("cold daily run : one gcloud command, wall", f"{8 * ours.wall / all_wall:.2f}"),
        own,
        Row("  the eight gcloud commands in turn: wall, CPU", f"{all_wall:.2f}, {all_cpu:.2f} s"),
    ]


def _help() -> list[Row]:
    shown, bare = best([*OURS, "--help"], ROUNDS), best([sys.executable, "-c", "pass"], ROUNDS)
    return [
        at_most("--help, seconds", shown.wall, HELP),
        Row("  the interpreter alone", f"{bare.wall:.2f} s"),
    ]
