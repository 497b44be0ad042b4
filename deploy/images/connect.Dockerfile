# Kafka Connect with Debezium, for compose.yaml; on Kubernetes Strimzi builds its own (kubernetes/connect.yaml).
# The jars are those of the local stack: runners/stack/java/debezium.xml leaves out what Connect has itself.
ARG KAFKA_VERSION
FROM maven:3.9-eclipse-temurin-17 AS jars
ARG DEBEZIUM_VERSION
COPY runners/stack/java/debezium.xml /debezium.xml
RUN mvn -B -q -f /debezium.xml dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory=/jars "-Ddebezium.version=${DEBEZIUM_VERSION}"

FROM apache/kafka:${KAFKA_VERSION}
COPY --from=jars /jars /opt/connect/plugins/debezium
ENTRYPOINT ["/opt/kafka/bin/connect-distributed.sh", "/etc/connect/connect.properties"]
