"""The OpenTelemetry Collector: files and OTLP → Kafka, as deploy/logs/otel-collector.yaml has it."""

from pathlib import Path
from typing import Final

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka import admin as kafka_admin

from runners.stack import gobuild, health
from runners.stack.component import Component, environment
from runners.stack.errors import NotReady
from runners.stack.kafka import admin
from runners.stack.process import Launch
from runners.stack.settings import HOST, PROJECT, StackSettings

#: What is run here is what is deployed.
CONFIGURATION: Final = PROJECT / "deploy" / "logs" / "otel-collector.yaml"
#: Where it sends all that it collects, in OTLP's Protocol Buffers.
TOPIC: Final = "otlp_logs"
#: Without it up to a hundred records count as read while they are in memory alone, for a tenth of a second.
SYNCHRONOUS: Final = "--feature-gates=stanza.synchronousLogEmitter"
_PARTITIONS: Final = 3
_ANSWER_SECONDS: Final = 5.0


def watched(settings: StackSettings) -> Path:
    """A folder: each ``*.log`` in it is followed, and its lines are those of the service of that name."""
    return settings.folder("collector") / "watched"


class Collector(Component):
    """It remembers how far it has read, and keeps on disk what Kafka has not taken yet."""

    name = "collector"
    needs = ("kafka",)
    ports = ("collector_http", "collector_grpc", "collector_health", "collector_metrics")
    packages = ()
    programs = ("otelcol",)
    default = False

    def prepare(self) -> None:
        super().prepare()
        watched(self.settings).mkdir(exist_ok=True)

    def launch(self) -> Launch:
        address = self.settings.address
        values = environment(
            COLLECTOR_FILES=str(watched(self.settings) / "*.log"),
            COLLECTOR_STATE=str(self.folder / "state"),
            COLLECTOR_HEALTH=address("collector_health"),
            COLLECTOR_METRICS_HOST=HOST,
            COLLECTOR_METRICS_PORT=str(self.settings.ports["collector_metrics"]),
            COLLECTOR_OTLP_GRPC=address("collector_grpc"),
            COLLECTOR_OTLP_HTTP=address("collector_http"),
            KAFKA_BROKERS=address("kafka"),
            KAFKA_TOPIC=TOPIC,
        )
        argv = [str(gobuild.program(self.settings, "otelcol")), f"--config={CONFIGURATION}", SYNCHRONOUS]
        return Launch(argv=argv, environment=values, folder=self.folder)

    @property
    def where(self) -> str:
        return self.settings.url("collector_http")

    def serving(self) -> None:
        health.http(self.settings.url("collector_health"))

    def settle(self) -> None:
        """Its topic: the broker makes none that nobody asks for."""
        topic = kafka_admin.NewTopic(TOPIC, num_partitions=_PARTITIONS)  # type: ignore[attr-defined]
        client = admin(self.settings)  # whose answer comes only as long as it is there
        try:
            client.create_topics([topic])[TOPIC].result(_ANSWER_SECONDS)
        except TimeoutError:
            raise NotReady(f"topic {TOPIC}: the broker has not made it yet") from None
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise NotReady(f"topic {TOPIC}: {error.args[0].str()}") from error
