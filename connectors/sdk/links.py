"""The ``Link`` header (RFC 8288)."""

import re

_LINK = re.compile(
    r"<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+(?:\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|[^\s;,\"]*))?)*)"
)
_PARAMETER = re.compile(r";\s*([\w!#$&+.^`|~*-]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;,\"]*))")


def next_link(header: str) -> str | None:
    """The target of ``rel="next"``, as it stands there; None where there is none."""
    for target, parameters in _LINK.findall(header[:16_384]):
        for name, quoted, bare in _PARAMETER.findall(parameters):
            if name.lower() == "rel":
                if "next" in (quoted or bare).lower().split():
                    return str(target).strip()
                break  # only the first rel of a link counts
    return None
