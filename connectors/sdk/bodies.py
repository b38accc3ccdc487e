"""Reading a body to its proven end, decoded, under a cap.

What counts as proof (a short body must never look like a short list):

- ``Content-Length`` or chunked framing: the HTTP parser counts, and raises when cut.
- gzip and deflate: the stream's own end marker (and gzip's checksum), whatever the length
  said: a proxy that compresses a cut body sets a length that matches.
- a body that ends with the connection (HTTP/1.0 style) has no framing at all. Then only
  the content itself can prove its end: a compressed stream's end marker, a JSON object or
  array that parses whole, or what the caller's ``proof`` accepts (END:VCALENDAR).
"""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from connectors.sdk.errors import FormatChanged, Incomplete

Proof = Callable[[bytes], bool]

ACCEPT_ENCODING = "gzip, deflate"
_CUT = "The answer was cut off before its end."


class Unprovable(Incomplete):
    """The platform gives no way to prove the body whole; asking again gives none either."""


def read(
    chunks: Iterable[bytes],
    headers: Mapping[str, str],
    *,
    max_bytes: int,
    bodyless: bool = False,
    proof: Proof | None = None,
) -> bytes:
    """The whole decoded body.

    Raises ``Incomplete`` when its end is not proven and ``FormatChanged`` when it is larger
    than ``max_bytes`` or in an encoding that was not asked for.
    """
    if bodyless:
        return b""
    parts = _capped(decoded(chunks, headers, max_bytes), max_bytes)
    body = parts[0] if len(parts) == 1 else b"".join(parts)
    plain = _encoding(headers) in _PLAIN
    if not _framed(headers) and plain and not (proof or is_whole_json)(body):
        raise Unprovable("The answer came without a length, so nothing proves that it is whole.")
    return body


def is_whole_json(body: bytes) -> bool:
    """Whether the body is one JSON object or array from start to end."""
    if body.lstrip()[:1] not in (b"{", b"["):  # a cut number or word can still be valid JSON
        return False
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (ValueError, RecursionError):
        return False
    return True


_PLAIN = ("", "identity")


def _encoding(headers: Mapping[str, str]) -> str:
    return headers.get("content-encoding", "").strip().lower()


def _framed(headers: Mapping[str, str]) -> bool:
    return "content-length" in headers or "transfer-encoding" in headers


def _capped(parts: Iterator[bytes], max_bytes: int) -> list[bytes]:
    kept, size = [], 0
    for part in parts:
        size += len(part)
        if size > max_bytes:
            raise _too_large(max_bytes)
        kept.append(part)
    return kept


def _too_large(max_bytes: int) -> FormatChanged:
    return FormatChanged(
        f"The answer is larger than {max_bytes:,} bytes.",
        remedy="Ask the platform for less at once, or report the diagnostics.",
    )


def decoded(chunks: Iterable[bytes], headers: Mapping[str, str], max_bytes: int) -> Iterator[bytes]:
    """The body as it comes, in steps of ``max_bytes`` at most. Raises as ``read`` does."""
    encoding = _encoding(headers)
    if encoding in _PLAIN:
        return iter(chunks)
    if encoding in ("gzip", "x-gzip"):
        return _inflated(chunks, lambda _: zlib.decompressobj(16 + zlib.MAX_WBITS), max_bytes)
    if encoding == "deflate":
        return _inflated(chunks, _deflate, max_bytes)
    raise FormatChanged(f"The answer is encoded as {encoding[:20]!r}, which was not asked for.")


def _deflate(start: bytes) -> "zlib._Decompress":
    """With zlib's wrapper as the standard says, or bare as some servers send it."""
    wrapped = start[0] & 0x0F == 8 and (len(start) < 2 or (start[0] << 8 | start[1]) % 31 == 0)
    return zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)


def _inflated(
    chunks: Iterable[bytes], start: Callable[[bytes], "zlib._Decompress"], max_bytes: int
) -> Iterator[bytes]:
    """Members of a stream one after another; each must reach its own end."""
    stream, seen = None, False
    for chunk in chunks:
        data = chunk
        while data:
            if stream is None:
                if seen and not data.strip(b"\0"):  # padding after the last member
                    break
                stream = start(data)
            try:
                # The cap on one step keeps a bomb from unfolding before it is counted.
                part = stream.decompress(data, max_bytes + 1)
            except zlib.error:
                raise Incomplete("The compressed answer is damaged.") from None
            yield part
            data = stream.unconsumed_tail or stream.unused_data
            if stream.eof:
                stream, seen = None, True
    if stream is not None or not seen:
        raise Incomplete(_CUT)
