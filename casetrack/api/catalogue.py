"""The catalogue of milestones and the lists of answers, as the deployment has them. Nothing here is about a case."""

from flask import Response

from casetrack.api.answers import answer
from casetrack.api.calls import Calls
from casetrack.domain.calendars import london_date
from casetrack.domain.clocks import duty_standing, limit_standing
from casetrack.http.house import house
from casetrack.schemas.shown import CatalogueShown, CodeListsShown

calls = Calls("catalogue", __name__, "The field's own facts: milestones and lists of answers.")


@calls.get("/milestones", shows=CatalogueShown)
def milestones() -> Response:
    """Every milestone of the catalogue: who must act, from when, by when and by what right."""
    catalogue = house().deployment.facts.catalogue
    items = [
        {
            "rule": rule,
            "duty": duty_standing(rule),
            "limit": rule.limit
            and {
                "value": rule.limit.value,
                "unit": rule.limit.unit,
                "kind": rule.limit.kind,
                "standing": limit_standing(rule.limit),
            },
        }
        for rule in catalogue.rules.values()
    ]
    return answer(CatalogueShown(), {"version": catalogue.version, "items": items})


@calls.get("/codes", shows=CodeListsShown)
def codes() -> Response:
    """The answers that are offered today to each question that has a list of them."""
    place = house()
    today = london_date(place.clock())
    facts = place.deployment.facts
    lists = [{"name": each.name, "items": each.offered(today)} for each in facts.codes.values()]
    return answer(CodeListsShown(), {"version": facts.version, "lists": lists})
