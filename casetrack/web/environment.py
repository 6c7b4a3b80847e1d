"""How templates are read: strictly where they are ours, leniently where they come from GOV.UK Frontend.

A name that a page was not given is an error. GOV.UK Frontend's macros ask for every option that they might have
been given, so for them it is nothing.

In a template `_('…')` is for a sentence that stands there: its result is taken for markup. What comes out of data, such
as a milestone's label, is `label|translated`, whose result is text.
"""

from collections.abc import MutableMapping
from typing import Any, Final

from flask.sansio.app import App
from flask.templating import Environment
from flask_babel import gettext
from jinja2 import ChainableUndefined, PackageLoader, PrefixLoader, StrictUndefined, Template

from casetrack.domain import milestone_words
from casetrack.domain.clocks import duty_standing, limit_standing
from casetrack.figures.shapes import OUTLINES, SHAPES

GOVUK: Final = "govuk_frontend_jinja"


class PageEnvironment(Environment):
    """The environment of every page; an app has it by `app.jinja_environment = PageEnvironment`."""

    def __init__(self, app: App, **options: Any) -> None:  # noqa: ANN401 - Jinja's own options, which Flask passes on
        super().__init__(app, **{"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True, **options})
        self.globals.update(
            words=milestone_words,
            duty_standing=duty_standing,
            limit_standing=limit_standing,
            phase_shapes=SHAPES,
            shape_outlines=OUTLINES,
        )
        self.filters["translated"] = gettext
        self.lenient = self.overlay(
            undefined=ChainableUndefined,
            trim_blocks=False,
            lstrip_blocks=False,
            loader=PrefixLoader({GOVUK: PackageLoader(GOVUK)}),
        )

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja names it so
    ) -> Template:
        """The template of that name; one of GOV.UK Frontend's, from its package."""
        if isinstance(name, str) and name.startswith(f"{GOVUK}/") and not self.overlayed:
            return self.lenient.get_template(name, parent, globals)
        return super().get_template(name, parent, globals)
