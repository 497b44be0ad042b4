"""Errors that a person can mend: each message names the thing and what is wrong with it."""


class InputError(ValueError):
    """An input that cannot be read as records."""


class OutputError(ValueError):
    """An output that cannot be written."""
