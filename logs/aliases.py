"""How the fields of a log record are called by those who write JSON: one table.

Names are compared in lower case; ``a.b`` is both a field of that name and the field ``b`` of an object ``a``.
Of several fields for one column the first in the table counts; the others stay attributes.
"""

from enum import StrEnum, auto
from typing import Final


class Take(StrEnum):
    """Where a field goes, and how its value is read."""

    TIME = auto()
    OBSERVED = auto()
    SEVERITY_NUMBER = auto()  # of the data model
    SEVERITY_TEXT = auto()
    LEVEL = auto()  # a name, or a number of syslog, Bunyan, pino
    PYTHON_LEVEL = auto()
    BODY = auto()
    TRACE_ID = auto()
    SPAN_ID = auto()
    DATADOG_TRACE_ID = auto()  # decimal, or hex digits
    DATADOG_SPAN_ID = auto()
    FLAGS = auto()
    SCOPE = auto()
    EVENT_NAME = auto()
    RESOURCE = auto()  # an object of resource attributes
    ATTRIBUTES = auto()  # an object of attributes
    KUBERNETES = auto()  # an object as Fluent Bit, Vector or Filebeat add it


#: Field (in lower case) → where it goes. OpenTelemetry's own names come first in each group.
ALIASES: Final[dict[str, Take]] = {
    **dict.fromkeys(
        ("timestamp", "timeunixnano", "@timestamp", "time", "ts", "@t", "datetime", "asctime", "eventtime",
         "timestampms", "timemillis", "epochsecond", "_source_realtime_timestamp", "__realtime_timestamp",
         "log.timestamp", "date"),
        Take.TIME,
    ),
    **dict.fromkeys(
        ("observed_timestamp", "observedtimestamp", "observedtimeunixnano", "event.created",
         "event.ingested"),
        Take.OBSERVED,
    ),
    **dict.fromkeys(("severity_number", "severitynumber"), Take.SEVERITY_NUMBER),
    **dict.fromkeys(("severity_text", "severitytext"), Take.SEVERITY_TEXT),
    **dict.fromkeys(
        ("level", "severity", "lvl", "log.level", "loglevel", "log_level", "levelname", "level_name", "@l",
         "log.severity", "priority"),
        Take.LEVEL,
    ),
    **dict.fromkeys(("levelno", "record.levelno"), Take.PYTHON_LEVEL),
    **dict.fromkeys(
        ("body", "message", "msg", "log", "@m", "short_message", "textpayload",
         "jsonpayload.message", "event",
         "@mt"),
        Take.BODY,
    ),
    **dict.fromkeys(
        ("trace_id", "traceid", "trace.id", "oteltraceid", "logging.googleapis.com/trace", "x-b3-traceid",
         "x_b3_traceid", "mdc.traceid", "mdc.trace_id", "context.traceid", "context.trace_id",
         "contextmap.traceid", "contextmap.trace_id"),
        Take.TRACE_ID,
    ),
    **dict.fromkeys(
        ("span_id", "spanid", "span.id", "otelspanid", "logging.googleapis.com/spanid", "x-b3-spanid",
         "x_b3_spanid", "mdc.spanid", "mdc.span_id", "context.spanid", "context.span_id", "contextmap.spanid",
         "contextmap.span_id"),
        Take.SPAN_ID,
    ),
    "dd.trace_id": Take.DATADOG_TRACE_ID,
    "dd.span_id": Take.DATADOG_SPAN_ID,
    **dict.fromkeys(("trace_flags", "traceflags", "oteltraceflags"), Take.FLAGS),
    **dict.fromkeys(
        ("scope", "instrumentationscope", "logger", "logger_name", "loggername", "log.logger",
         "sourcecontext"),
        Take.SCOPE,
    ),
    **dict.fromkeys(("event_name", "eventname", "event.name"), Take.EVENT_NAME),
    "resource": Take.RESOURCE,
    "attributes": Take.ATTRIBUTES,
    "kubernetes": Take.KUBERNETES,
}  # fmt: skip

#: Fields that say of whom a record is → resource attributes of OpenTelemetry's semantic conventions.
RESOURCE_NAMES: Final[dict[str, str]] = {
    "service.name": "service.name",
    "service": "service.name",
    "service_name": "service.name",
    "servicename": "service.name",
    "otelservicename": "service.name",
    "dd.service": "service.name",
    "service.version": "service.version",
    "dd.version": "service.version",
    "service.environment": "deployment.environment.name",
    "dd.env": "deployment.environment.name",
    "service.node.name": "service.instance.id",
    "host": "host.name",
    "hostname": "host.name",
    "host.name": "host.name",
    "host.hostname": "host.name",
    "_hostname": "host.name",
    "container_id": "container.id",
    "container.id": "container.id",
    "container_name": "container.name",
    "container.name": "container.name",
    "container.image.name": "container.image.name",
    "kubernetes.pod.name": "k8s.pod.name",
    "kubernetes.pod.uid": "k8s.pod.uid",
    "kubernetes.namespace": "k8s.namespace.name",
    "kubernetes.node.name": "k8s.node.name",
    "kubernetes.container.name": "k8s.container.name",
    **{
        name: name
        for name in ("k8s.pod.name", "k8s.pod.uid", "k8s.namespace.name", "k8s.node.name",
                     "k8s.container.name", "k8s.deployment.name", "k8s.cluster.name")
    },
}  # fmt: skip

#: Objects whose fields are looked at too, as ``a.b``.
PARENTS: Final = frozenset(
    (
        *(name.partition(".")[0] for name in (*ALIASES, *RESOURCE_NAMES) if name.count(".") == 1),
        "kubernetes",
    )
) - {"@t", "logging"}

#: Fields of the object that filters for Kubernetes add (of Fluent Bit, Vector, Filebeat) → resource
#: attributes.
KUBERNETES: Final[dict[str, str]] = {
    "pod_name": "k8s.pod.name",
    "pod_id": "k8s.pod.uid",
    "pod_uid": "k8s.pod.uid",
    "pod_ip": "k8s.pod.ip",
    "namespace_name": "k8s.namespace.name",
    "pod_namespace": "k8s.namespace.name",
    "host": "k8s.node.name",
    "pod_node_name": "k8s.node.name",
    "container_name": "k8s.container.name",
    "docker_id": "container.id",
    "container_id": "container.id",
    "container_image": "container.image.name",
    "container_image_id": "container.image.id",
    "container_hash": "container.image.id",
    "pod.name": "k8s.pod.name",
    "pod.uid": "k8s.pod.uid",
    "pod.ip": "k8s.pod.ip",
    "namespace": "k8s.namespace.name",
    "node.name": "k8s.node.name",
    "container.name": "k8s.container.name",
    "deployment.name": "k8s.deployment.name",
    "replicaset.name": "k8s.replicaset.name",
    "statefulset.name": "k8s.statefulset.name",
    "daemonset.name": "k8s.daemonset.name",
    "job.name": "k8s.job.name",
    "cronjob.name": "k8s.cronjob.name",
}

#: Objects of labels and annotations there → the begin of their resource attributes.
KUBERNETES_MAPS: Final[dict[str, str]] = {
    "labels": "k8s.pod.label.",
    "pod_labels": "k8s.pod.label.",
    "annotations": "k8s.pod.annotation.",
    "pod_annotations": "k8s.pod.annotation.",
    "namespace_labels": "k8s.namespace.label.",
    "node_labels": "k8s.node.label.",
}

#: Labels that name the service, where nothing else does.
SERVICE_LABELS: Final = ("app.kubernetes.io/name", "k8s-app", "app")

#: Fields that have another name by the semantic conventions, and stay attributes.
RENAMED: Final[dict[str, str]] = {
    "stream": "log.iostream",
    "file": "log.file.path",
    "filename": "log.file.path",
}
