"""One person's journey through modern slavery support, in the hands of one responsible holder at a time."""

__version__ = "0.1.0"
