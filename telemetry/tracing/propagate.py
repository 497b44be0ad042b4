"""Headers of a message → the trace it belongs to and its baggage, and back, in several formats.

extract: headers → by format, in order of preference → the first context, the first baggage
inject:  context, baggage → the headers of each format, in place of what was there
"""

from collections.abc import Callable, Iterable, MutableMapping
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from telemetry.tracing import b3, jaeger, w3c
from telemetry.tracing import baggage as w3c_baggage
from telemetry.tracing.baggage import Baggage
from telemetry.tracing.context import Sampling, Told, TraceContext
from telemetry.tracing.headers import Fields, Headers, gather


class Format(StrEnum):
    """The families of headers. Of B3 both encodings are read under either name."""

    W3C = "w3c"
    B3 = "b3"
    B3_MULTI = "b3multi"
    JAEGER = "jaeger"


PREFERENCE: Final = (Format.W3C, Format.B3, Format.JAEGER)


class Extracted(msgspec.Struct, frozen=True, kw_only=True):
    """What headers tell.

    ``context`` is ``None`` where a new trace begins; then ``sampling`` may still be a decision for it (B3
    sends one without ids, Jaeger a ``debug_id``). ``format``: whose headers told the context or the decision.
    ``baggage`` comes with either, with both or alone.
    """

    context: TraceContext | None = None
    sampling: Sampling = Sampling.DEFER
    format: Format | None = None
    debug_id: str | None = None
    baggage: Baggage = ()


class _Codec(NamedTuple):
    read: Callable[[Fields], Told | None]
    write: Callable[[Told], dict[str, str]]
    read_baggage: Callable[[Fields], Baggage]
    write_baggage: Callable[[Baggage], dict[str, str]]
    names: frozenset[str]  # of the headers, in lower case; besides, those that begin with ``prefix``
    prefix: str | None = None


_B3_NAMES: Final = frozenset({b3.B3, *b3.MULTI, w3c_baggage.BAGGAGE})  # B3 has no baggage of its own

_CODECS: Final = {
    Format.W3C: _Codec(
        w3c.read,
        w3c.write,
        w3c_baggage.read,
        w3c_baggage.write,
        frozenset({w3c.TRACEPARENT, w3c.TRACESTATE, w3c_baggage.BAGGAGE}),
    ),
    Format.B3: _Codec(b3.read, b3.write_single, w3c_baggage.read, w3c_baggage.write, _B3_NAMES),
    Format.B3_MULTI: _Codec(b3.read, b3.write_multi, w3c_baggage.read, w3c_baggage.write, _B3_NAMES),
    Format.JAEGER: _Codec(
        jaeger.read,
        jaeger.write,
        jaeger.read_baggage,
        jaeger.write_baggage,
        frozenset({jaeger.UBER_TRACE_ID, jaeger.DEBUG_ID, jaeger.BAGGAGE}),
        jaeger.BAGGAGE_PREFIX,
    ),
}


def extract(headers: Headers, formats: Iterable[Format] = PREFERENCE) -> Extracted:
    """What ``headers`` tell in the first of ``formats`` that tells something; contexts go before decisions.

    Headers that are invalid are as good as absent, so that those of the next format count.
    """
    fields, order = gather(headers), tuple(formats)
    found = [(name, told) for name in order if (told := _CODECS[name].read(fields)) is not None]
    carried = next(filter(None, (_CODECS[name].read_baggage(fields) for name in order)), ())
    if not found:
        return Extracted(baggage=carried)
    name, told = next((item for item in found if isinstance(item[1], TraceContext)), found[0])
    if isinstance(told, TraceContext):
        return Extracted(context=told, sampling=told.sampling, format=name, baggage=carried)
    debug_id = jaeger.debug_id(fields) if name == Format.JAEGER else None
    return Extracted(sampling=told, format=name, debug_id=debug_id, baggage=carried)


def inject(
    context: Told | None,
    baggage: Baggage,
    headers: MutableMapping[str, str],
    formats: Iterable[Format] = (Format.W3C,),
) -> None:
    """Write a context and baggage into ``headers`` in each of ``formats``, under names in lower case.

    Headers of these formats that were there are removed, in whatever case their names are: two of a kind
    would make the receiver begin a new trace. A decision alone can be sent in B3 only. Of a context that is
    not valid nothing is sent.
    """
    if isinstance(context, TraceContext) and not context.is_valid:
        context = None
    codecs = [_CODECS[name] for name in formats]
    for name in [name for name in headers if any(_is_of(codec, name.lower()) for codec in codecs)]:
        del headers[name]
    for codec in codecs:
        headers.update({} if context is None else codec.write(context))
        headers.update(codec.write_baggage(baggage))


def _is_of(codec: _Codec, name: str) -> bool:
    return name in codec.names or (codec.prefix is not None and name.startswith(codec.prefix))
