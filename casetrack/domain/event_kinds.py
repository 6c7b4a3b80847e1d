"""Every kind of event there is, by name, whichever module it stands in: what the log may be found to hold."""

from collections.abc import Mapping
from typing import Final

from casetrack.domain import (
    disclosure_events,
    door_events,
    events,
    key_events,
    log_events,
    proposal_events,
    sar_events,
    unusual_events,
)
from casetrack.domain.events import Event

ROOMS: Final = (
    events,
    disclosure_events,
    door_events,
    key_events,
    log_events,
    proposal_events,
    sar_events,
    unusual_events,
)
"""The modules of events. A test finds one that is not here."""

KINDS: Final[Mapping[str, type[Event]]] = {
    name: kind
    for room in ROOMS
    for name, kind in vars(room).items()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}
