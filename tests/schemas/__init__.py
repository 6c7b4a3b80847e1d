"""What may enter: each schema, read as a form and as a body is."""
