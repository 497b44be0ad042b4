"""stub"""

from pathlib import Path


def write_report(output):
    return Path(output) / "report.html"
