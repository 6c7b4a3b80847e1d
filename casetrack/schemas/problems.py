"""What a refusal says to a program (RFC 9457)."""

from marshmallow import Schema, fields

from casetrack.schemas.shown import ChangeShown, told


class FaultShown(Schema):
    """One thing that does not fit."""

    pointer = fields.String(**told("Where in the body (RFC 6901)."))
    parameter = fields.String(**told("Which parameter of the query, or which header."))
    detail = fields.String(required=True)


class ProblemShown(Schema):
    """Why something was refused, and what to do; nothing about a person."""

    type = fields.String(required=True, metadata={"format": "uri-reference"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(FaultShown))
    changes = fields.List(fields.Nested(ChangeShown), **told("What others changed since the version in If-Match."))
