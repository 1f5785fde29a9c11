// Where things stand inside the pods. The operator renders the mounts, the install program, the agent and the launcher use them.

/** emptyDir shared by all containers of a Cassandra pod: launcher, Java agents, rendered configuration, start requests. */
export const RUN_DIR = '/ringkeeper'
export const LAUNCHER = `${RUN_DIR}/launch.sh`
/** Runs before the container is stopped: asks the agent to drain. */
export const STOPPER = `${RUN_DIR}/stop.sh`
export const JOLOKIA_JAR = `${RUN_DIR}/jolokia.jar`
/** The data volume, in the Cassandra container and in the agent. */
export const DATA_DIR = '/var/lib/cassandra'
/** Folder of marker and job journal on the data volume; outside every data_file_directory. */
export const MARKER_DIR = `${DATA_DIR}/.ringkeeper`
/** Secret of the node (tls.crt, tls.key, ca.crt), mounted into the agent only. */
export const AGENT_TLS_DIR = '/etc/ringkeeper/tls'
/** Programs in our own image; APP_DIR/files is what the init container copies into RUN_DIR. */
export const APP_DIR = '/app'
/** User and group of the Cassandra pods, those of the official images. */
export const CASSANDRA_UID = 999
