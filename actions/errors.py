"""What a person can mend."""


class ActionError(RuntimeError):
    """A file of actions cannot be read or written; the message names it."""
