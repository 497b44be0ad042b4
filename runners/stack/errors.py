"""What can go wrong with the stack, in words for a person."""


class StackError(RuntimeError):
    """The stack cannot do what was asked; one line that names the thing and the fix."""


class NotReady(RuntimeError):
    """A server does not answer as it should, yet; the message says what it did instead."""
