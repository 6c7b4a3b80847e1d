"""The passphrase of something that is apart from casetrack's own keys: of a sealed copy, or of a witness's key."""

from pathlib import Path

import click

passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that holds the passphrase and nothing else, instead of asking for it.",
)


def read_passphrase(file: Path | None, of: str, *, confirm: bool = False) -> str:
    """What the file holds, of which one new line at its end is no part; without a file, what is typed."""
    if file is None:
        return str(click.prompt(f"Passphrase of {of}", hide_input=True, confirmation_prompt=confirm))
    held = file.read_text(encoding="utf-8").removesuffix("\n")
    if not held:
        raise click.ClickException(f"{file} is empty.")
    return held
