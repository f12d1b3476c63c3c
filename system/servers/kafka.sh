#!/usr/bin/env bash
# Apache Kafka (KRaft, one node) from Maven Central.
#   kafka.sh install CACHE              jars, a template of a formatted data folder, and an archive of loaded classes
#                                       (start: 2.7 s -> 1.1 s); does nothing, and asks no network, when they are there
#   kafka.sh run CACHE FOLDER PORT      becomes the broker at 127.0.0.1:PORT, controller at PORT+1, data in FOLDER;
#                                       FOLDER/more.properties is added to its settings, and the last of a name counts
set -euo pipefail
VERSION=4.4.0
COMMAND=${1:?install|run}
mkdir -p "${2:?cache folder}"
CACHE=$(cd "$2" && pwd)
HOME_FOLDER=$CACHE/kafka-$VERSION
say() { echo "kafka.sh: $*" >&2; }

JVM=(-Xms128m -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Djava.awt.headless=true
     -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Dorg.slf4j.simpleLogger.showDateTime=true
     -Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.utils.internals.AppInfoParser=info # says the version
     -Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info)               # says when it is up

# In a fixed order: the archive of classes is only good for the very same class path.
classpath() { LC_ALL=C ls "$HOME_FOLDER"/libs/*.jar | paste -sd: -; }

# A file of properties is Latin-1 for Java: the data folder is named from the folder in which the broker runs.
settings() { # data folder, port
  cat <<P
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$(($2 + 1))
listeners=PLAINTEXT://127.0.0.1:$2,CONTROLLER://127.0.0.1:$(($2 + 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$2
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$1
num.partitions=1
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=5
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=5
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# Without clients nothing happens: no record every 500 ms that says so, each with an fsync.
metadata.max.idle.interval.ms=30000
# After kill -9 the controller refuses the new broker until the old session has run out (default 9000 ms).
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=1000
num.network.threads=2
num.io.threads=4
background.threads=2
num.recovery.threads.per.data.dir=1
num.replica.fetchers=1
log.cleaner.dedupe.buffer.size=16777216
log.segment.bytes=67108864
log.retention.hours=24
remote.log.storage.system.enable=false
P
}

fetch_jars() {
  local here pom attempt
  here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
  "$here/system-packages.sh" java maven
  pom=$HOME_FOLDER/pom.xml
  cat >"$pom" <<P
<project><modelVersion>4.0.0</modelVersion>
<groupId>souk</groupId><artifactId>kafka-server</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$VERSION</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency></dependencies>
</project>
P
  for attempt in 1 2 3; do
    timeout 400 mvn -q -B -f "$pom" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
      -DincludeScope=runtime -DoutputDirectory="$HOME_FOLDER/libs" >&2 9>&- && return
    [ "$attempt" = 3 ] || sleep $((attempt * 3))
  done
  say "Maven could not fetch Kafka $VERSION"
  return 1
}

format_template() {
  settings template 19092 >"$HOME_FOLDER/format.properties"
  # Any 22 characters name the cluster.
  cd "$HOME_FOLDER"
  java "${JVM[@]}" -cp "$(classpath)" kafka.tools.StorageTool format -t MkU3OEVBNTcwNTJENDM2Qk \
    -c "$HOME_FOLDER/format.properties" >"$HOME_FOLDER/format.log" 2>&1 9>&- || { cat "$HOME_FOLDER/format.log" >&2; return 1; }
}

# The JVM writes the archive when it ends, so a broker runs once, at the first of a few ports that is free.
write_archive() {
  local folder=$HOME_FOLDER/once port broker
  for port in 21090 22090 23090 24090 25090; do
    rm -rf "$folder" && mkdir -p "$folder"
    cp -r "$HOME_FOLDER/template" "$folder/data" && settings data "$port" >"$folder/server.properties"
    : >"$folder/log"
    cd "$folder"
    java "${JVM[@]}" -XX:ArchiveClassesAtExit="$HOME_FOLDER/classes.new" -Xlog:cds=off -Xlog:cds+dynamic=off \
      -cp "$(classpath)" kafka.Kafka "$folder/server.properties" </dev/null >"$folder/log" 2>&1 9>&- &
    broker=$!
    for ((i = 0; i < 600; i++)); do
      ! grep -q 'Kafka Server started' "$folder/log" || break
      kill -0 "$broker" 2>/dev/null || break
      sleep 0.1
    done
    kill -TERM "$broker" 2>/dev/null || true
    for ((i = 0; i < 300; i++)); do kill -0 "$broker" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$broker" 2>/dev/null || true
    wait "$broker" 2>/dev/null || true
    if grep -q 'Kafka Server started' "$folder/log" && [ -s "$HOME_FOLDER/classes.new" ]; then
      mv "$HOME_FOLDER/classes.new" "$HOME_FOLDER/classes.jsa" && rm -rf "$folder"
      return
    fi
  done
  tail -n 20 "$folder/log" >&2
  say "no archive of classes: starts take a second longer"
}

case $COMMAND in
  install)
    [ ! -f "$HOME_FOLDER/.complete" ] || exec "$(dirname "$0")/system-packages.sh" java
    exec 9>"$CACHE/kafka.lock"
    flock -w 600 9 || { say "another installation did not end within 600 s"; exit 1; }
    [ ! -f "$HOME_FOLDER/.complete" ] || exit 0
    say "installing Apache Kafka $VERSION"
    rm -rf "$CACHE"/kafka-*/ && mkdir -p "$HOME_FOLDER"
    fetch_jars
    format_template
    write_archive
    touch "$HOME_FOLDER/.complete" ;;
  run)
    FOLDER=$(cd "${3:?folder}" && pwd) PORT=${4:?port}
    settings data "$PORT" >"$FOLDER/server.properties"
    cd "$FOLDER"
    [ ! -f more.properties ] || cat more.properties >>server.properties
    [ -d "$FOLDER/data" ] || { cp -r "$HOME_FOLDER/template" "$FOLDER/data.new" && mv "$FOLDER/data.new" "$FOLDER/data"; }
    [ ! -f "$HOME_FOLDER/classes.jsa" ] || JVM+=(-XX:SharedArchiveFile="$HOME_FOLDER/classes.jsa" -Xshare:auto -Xlog:cds=off -Xlog:cds+dynamic=off)
    exec java "${JVM[@]}" -cp "$(classpath)" kafka.Kafka "$FOLDER/server.properties" ;;
  *) say "unknown: $COMMAND"; exit 2 ;;
esac
