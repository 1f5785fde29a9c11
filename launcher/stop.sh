#!/bin/sh
# Before the Cassandra container is stopped, for whatever reason: asks the agent to drain this life of it, and waits for the
# answer, at most as many seconds as the argument says. Nothing to drain, or nobody to ask: it ends at once or soon, because
# the kubelet stops nothing before. RINGKEEPER_RUN is for its test.
set -eu
start=${RINGKEEPER_RUN:-/ringkeeper}/start
[ -f "$start/request" ] || exit 0
IFS= read -r line < "$start/request"
id=${line#id=}
# Without an argument file no JVM has been started.
[ -f "$start/args-$id" ] || exit 0
: > "$start/stop-$id"
seconds=0
while [ ! -f "$start/stopped-$id" ] && [ "$seconds" -lt "$1" ]; do
  # An agent that lives has heard it by now.
  [ -f "$start/draining-$id" ] || [ "$seconds" -lt 15 ] || exit 0
  sleep 1
  seconds=$((seconds + 1))
done
