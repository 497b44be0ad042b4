# The topics that the job reads, with the partitions that the connector would give them.
set -eu
create() {
    /opt/kafka/bin/kafka-topics.sh --bootstrap-server kafka:9092 --create --if-not-exists --topic "$1" --partitions "$2"
}
create db.metrics.events 3
create db.metrics.series 1
create db.transaction 1
