"""The shapes that stand for phases."""

from casetrack.domain.catalogue import Phase
from casetrack.figures.shapes import OUTLINES, SHAPES, Shape


def test_every_phase_has_a_shape_of_its_own() -> None:
    assert set(SHAPES) == set(Phase)
    assert len(set(SHAPES.values())) == len(Phase)


def test_every_shape_has_an_outline_of_its_own() -> None:
    assert set(OUTLINES) == set(Shape)
    assert len(set(OUTLINES.values())) == len(Shape)
