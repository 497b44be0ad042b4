"""The commands of ``traceo``, a module each: its flags, and what it does with them."""
