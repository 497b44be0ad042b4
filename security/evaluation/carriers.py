"""message → event: the lines that logging libraries, servers and collectors put around a message."""

from typing import Final, NamedTuple

from security.evaluation.draw import Draw
from security.evaluation.marked import (
    Encode,
    Marked,
    encoded,
    in_ascii_json,
    in_html_json,
    in_json,
    joined,
    plain,
)
from security.evaluation.noise import fill


class Carrier(NamedTuple):
    """``«m»`` is the message. ``lines``: it may have several."""

    name: str
    template: str
    encode: Encode = plain
    lines: bool = False


_JSON: Final = (
    Carrier(
        "pino", '{"level":30,"time":«millis»,"pid":«pid»,"hostname":"«host»","msg":"«m»"}', in_json, True
    ),
    Carrier("bunyan", '{"name":"«service»","level":30,"msg":"«m»","time":"«iso»","v":0}', in_json, True),
    Carrier(
        "zap",
        '{"level":"«small»","ts":«epoch».123,"caller":"app/x.go:«line»","msg":"«m»"}',
        in_html_json,
        True,
    ),
    Carrier(
        "logstash",
        '{"@timestamp":"«iso»","logger_name":"«class»","message":"«m»","level":"INFO"}',
        in_json,
        True,
    ),
    Carrier("structlog", '{"event": "«m»", "timestamp": "«iso»", "level": "info"}', in_ascii_json, True),
    Carrier(
        "serilog", '{"@t":"«iso»","@mt":"{Text}","Text":"«m»","SourceContext":"«class»"}', in_html_json, True
    ),
    Carrier("docker-json", '{"log":"«m»\\n","stream":"stdout","time":"«iso»"}', in_json, True),
    Carrier(
        "fluent-bit", '{"date":«epoch».0,"log":"«m»","kubernetes":{"pod_name":"«pod»"}}', in_ascii_json, True
    ),
    Carrier(
        "vector", '{"host":"«host»","message":"«m»","source_type":"file","timestamp":"«iso»"}', in_json, True
    ),
    Carrier("stackdriver", '{"severity":"INFO","textPayload":"«m»","trace":"«trace»"}', in_json, True),
    Carrier(
        "gelf", '{"version":"1.1","host":"«host»","short_message":"«m»","timestamp":«epoch».5}', in_json, True
    ),
    Carrier(
        "otlp",
        '{"timeUnixNano":"«nanos»","severityNumber":9,"body":{"stringValue":"«m»"},'
        '"traceId":"«trace»","spanId":"«span»"}',
        in_json,
        True,
    ),
    Carrier(
        "cloudwatch", '{"id":"«int»","timestamp":«millis»,"message":"«iso» «uuid» INFO «m»"}', in_json, True
    ),
)
_TEXT: Final = (
    Carrier("bare", "«m»", plain, True),
    Carrier("logback", "«clock» [«thread»] «level»  «class» - «m»"),
    Carrier("log4j", "«comma» «level» [«class»] (Http«int»:«int») «m»"),
    Carrier("log4j2", "«iso» «level» «class»:«line» [«thread»] - «m»", plain, True),
    Carrier("spring-boot", "«iso»  «level» «pid» --- [«service»] [«thread»] «class» : «m»", plain, True),
    Carrier("sample", "«clock» INFO  t.c.«service»#«line» TraceID: «trace» SpanID: «span» [save][«m»]"),
    Carrier("python", "«comma» - «service» - «level» - «m»", plain, True),
    Carrier("python-basic", "«level»:«service».handlers:«m»"),
    Carrier("django", "[«nginx»] «level» [«class»:«line»] «m»"),
    Carrier("gunicorn", "[«date» 10:11:12 +0000] [«pid»] [INFO] «m»"),
    Carrier("celery", "[«comma»: «level»/ForkPoolWorker-3] Task «service».sync[«uuid»] «m»"),
    Carrier("go-log", "«dotted» main.go:«line»: «m»"),
    Carrier("zap-console", "«iso»\t«level»\tapp/server.go:«line»\t«m»"),
    Carrier("glog", "I«klog» «pid» server.go:«line»] «m»"),
    Carrier("rails", "I, [«iso» #«pid»]  INFO -- : [«uuid»] «m»"),
    Carrier("laravel", '[«date» 08:15:42] production.ERROR: «m» {"exception":"[object] (ErrorException)"}'),
    Carrier("winston", '«small»: «m» {"service":"«service»"}'),
    Carrier("nest", "[Nest] «pid»  - «dotted»     LOG [«class»] «m» +«int»ms"),
    Carrier("dotnet", "info: «class»[0]\n      «m»"),
    Carrier("nlog", "«iso»|«level»|«class»|«m»"),
    Carrier("iis", "«date» 10:11:12 W3SVC1 «host» «m»"),
    Carrier("rust-tracing", "«iso»  INFO «service»::http: «m» request_id=«uuid»"),
    Carrier("elixir", "«clock» request_id=«span» [info] «m»"),
    Carrier("syslog", "<134>«syslog» «host» «service»[«pid»]: «m»"),
    Carrier("syslog-5424", "<165>1 «iso» «host» «service» «pid» ID«int» - «m»"),
    Carrier("journald", "«syslog» «host» systemd[1]: «service».service: «m»"),
    Carrier("cri", "«iso» stdout F «m»"),
    Carrier("nginx-error", "«dotted» [error] «pid»#«pid»: *«int» «m», client: «private», server: _"),
    Carrier(
        "apache-error", "[Tue Mar 05 11:12:13.456 2024] [php:error] [pid «pid»] [client «private»:«pid»] «m»"
    ),
    Carrier("postgres", "«comma» UTC [«pid»] app@shop LOG:  statement: «m»", plain, True),
    Carrier("mysql", "«iso» «pid» [Note] [MY-010914] [Server] «m»"),
    Carrier("k8s-event", "LAST SEEN 3m Warning Failed pod/«pod» «m»"),
    Carrier(
        "kafka",
        "[«comma»] INFO [Consumer clientId=«service»-«int», groupId=«service»] «m» (o.a.k.c.NetworkClient)",
    ),
    Carrier(
        "logfmt",
        'time=«iso» level=«small» msg="«m»" service=«service»',
        lambda c: "\\" + c if c in '"\\' else c,
    ),
    Carrier(
        "java-exception",
        "java.lang.IllegalStateException: «m»\n\tat com.corp.shop.Orders.save(Orders.java:«line»)\n"
        "\tat java.base/java.lang.Thread.run(Thread.java:840)",
        plain,
        True,
    ),
    Carrier(
        "python-traceback",
        'Traceback (most recent call last):\n  File "/app/views.py", line «line», in save\n'
        "    raise ValueError(text)\nValueError: «m»",
        plain,
        True,
    ),
    Carrier(
        "node-error",
        "Error: «m»\n    at Object.<anonymous> (/app/index.js:«line»:13)\n    at node:internal/main:«line»",
    ),
    Carrier("android", "03-17 16:13:38.811  1702  «pid» D «service»: «m»"),
    Carrier("ansi", "\x1b[32mINFO\x1b[0m  \x1b[36m«service»\x1b[0m «m»"),
    Carrier("emoji", "🚀✅ «service» → «m»"),
    Carrier("chinese", "«clock» 信息 用户服务 处理完成：«m»"),
    Carrier("cyrillic", "«comma» ОШИБКА обработки запроса «uuid»: «m»"),
    Carrier("german", "«comma» WARNUNG Prüfung für Größe übersprungen: «m»"),
    Carrier("pipes", "«iso» | «level» | «service» | «trace» | «m» |"),
    Carrier("tabs", "«epoch»\t«host»\t«service»\t«m»\tok"),
    Carrier("quoted", '«level» "«m»"'),
    Carrier("backticks", "«service» said: `«m»`"),
    Carrier("parentheses", "«clock» failed («m»), retry in 5s"),
    Carrier("angles", "«clock» <«m»> dropped"),
    Carrier("full-stop", "«comma» «m»."),
    Carrier("comma", "«clock» «m», continuing"),
    Carrier("exclamation", "«level» «m»!"),
)
CARRIERS: Final = (*_JSON, *_TEXT)


def carried(draw: Draw, one: Carrier, message: Marked) -> Marked:
    """The message as an event that ``one`` writes."""
    before, _, behind = fill(one.template, draw)
    return joined([before, encoded(message, one.encode), behind])


def carrier_of(draw: Draw, message: Marked) -> Carrier:
    """One that can hold the message."""
    several = "\n" in message.text
    return draw.some([one for one in CARRIERS if one.lines or not several], lambda one: one.name)
