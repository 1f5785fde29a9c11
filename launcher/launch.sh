#!/bin/sh
# Entry point of the Cassandra container, in an unmodified image: it tells the agent which Java and which Cassandra the
# image holds, waits for the agent's argument file for exactly this start, and becomes the JVM. The random id keeps an
# argument file of an earlier life of this container from ever being used again. RINGKEEPER_RUN is for its test.
set -eu
run=${RINGKEEPER_RUN:-/ringkeeper}
home=${CASSANDRA_HOME:-/opt/cassandra}
start=$run/start
mkdir -p "$start"
id=$(cat /proc/sys/kernel/random/uuid)
{
  echo "id=$id"
  echo "home=$home"
  echo "java=$(java -version 2>&1 | head -n 1)"
  for jar in "$home"/lib/*.jar; do echo "jar=${jar##*/}"; done
} > "$start/.request-$id"
mv "$start/.request-$id" "$start/request"
echo "ringkeeper: waiting for the agent's word to start"
while [ ! -f "$start/args-$id" ]; do sleep 0.2; done
exec java "@$start/args-$id"
