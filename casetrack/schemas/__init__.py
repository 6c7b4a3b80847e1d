"""What may enter or leave, field by field: the same schemas for HTML forms, JSON and imports alike."""
