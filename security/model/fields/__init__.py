"""Names and addresses in fields that say by their own name what they hold.

text → `patterns`: where a field is → `roles`, `lists`: what its name says → `extents`: where its value ends
→ `values`: how much of that is a name, an address, a code, a town → `find`: all of a text, apart
"""

from security.model.fields.find import Fields as Fields
from security.model.fields.patterns import CUES as CUES
from security.model.fields.patterns import FIELD as FIELD
from security.model.fields.roles import Role as Role
from security.model.fields.values import DEGREES as DEGREES
from security.model.fields.values import TITLES as TITLES
from security.model.fields.values import Field as Field
