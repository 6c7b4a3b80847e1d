"""What the API shows of accounts to an administrator's program."""

from marshmallow import Schema, fields

from casetrack.domain.actors import Role
from casetrack.schemas.shown import HOLDER, PageShown, told


class AccountShown(Schema):
    """Somebody who can sign in, or could; never a password, a token or a link."""

    id = fields.UUID()
    sign_in_name = fields.String()
    display_name = fields.String(**told("What colleagues call the person."))
    role = fields.Enum(Role, by_value=fields.String)
    holder = fields.String(**told(HOLDER))
    closed = fields.Boolean()
    signed_in_at = fields.DateTime(**told("When somebody last signed in to it.", allow_none=True))


class AccountsShown(PageShown):
    """One page of accounts."""

    items = fields.List(fields.Nested(AccountShown))
