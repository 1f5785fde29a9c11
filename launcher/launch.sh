#!/bin/sh
# Entry point of the Cassandra container, in an unmodified image (docs/image-contract.md): it tells the agent which Java and
# which Cassandra the image holds, waits for the agent's argument file for exactly this start, and becomes the JVM. The
# random id keeps an argument file of an earlier life of this container from ever being used again. RINGKEEPER_RUN is for
# its test.
set -eu
# The first process of a container hears no signal without this: the end of a pod that waits would take its whole grace.
trap 'exit 143' TERM INT
run=${RINGKEEPER_RUN:-/ringkeeper}
home=${CASSANDRA_HOME:-/opt/cassandra}
start=$run/start
mkdir -p "$start"
id=$(cat /proc/sys/kernel/random/uuid)
{
  printf '%s\n' "id=$id" "home=$home"
  java -version 2>&1 | while IFS= read -r line; do printf '%s\n' "java=$line"; done
  for jar in "$home"/lib/*.jar; do printf '%s\n' "jar=${jar##*/}"; done
} > "$start/.request"
mv "$start/.request" "$start/request"
echo "ringkeeper: waiting for the agent's word to start"
# Not every sleep knows fractions.
while [ ! -f "$start/args-$id" ]; do sleep 0.2 2> /dev/null || sleep 1; done
exec java "@$start/args-$id"
