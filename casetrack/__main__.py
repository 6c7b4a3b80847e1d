"""The command `casetrack`, and `python -m casetrack`."""

import os
from pathlib import Path

from casetrack.cli.commands import Surroundings
from casetrack.cli.root import casetrack


def main() -> None:
    """The command has been run; the process ends as it did."""
    casetrack(obj=Surroundings(os.environ, Path.cwd()))  # noqa: TID251 - the one place that hands the environment on


if __name__ == "__main__":
    main()
