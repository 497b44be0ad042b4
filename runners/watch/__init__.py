"""Looks at the servers of a change stream, and says what it sees as metrics; without Beam."""
