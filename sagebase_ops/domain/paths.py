"""Which page was asked for? A path without what is somebody's own: ids, names, tokens."""

import re
from urllib.parse import unquote

from sagebase_ops.domain.log_shapes import shape_of
from sagebase_ops.domain.masking import mask
from sagebase_ops.domain.quoting import one_line

LONGEST = 60
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def path_shape(path: str) -> str:
    """`/minutes/<n>` for `/minutes/1234`; masked, and cut to 60 characters. The query is gone already."""
    plain = _CONTROL.sub(" ", unquote(path).partition("?")[0])
    return one_line(shape_of(mask(plain)), LONGEST) or "/"
