/** JVM options that would take the configuration, or a safety check of Cassandra, out of the operator's hands; as CEL and JavaScript read it. */
export const OWNED_JVM_OPTIONS =
  '^(-javaagent|-agentlib|-agentpath|-Xms|-Xmx|-Xrun|-cp|-jar|--?class-?path|@|-XX:(OnError|OnOutOfMemoryError|Flags|VMOptionsFile|MaxHeapSize|InitialHeapSize|[-+]ExitOnOutOfMemoryError)|-Dcom[.]sun[.]management[.]jmxremote|-Dcassandra([.]|-)(replace_|override_decommission|ignore_dc|ignore_rack|ignore_corrupted_schema_tables|allow_unsafe|unsafesystem|consistent[.]|initial_token|join_ring|write_survey|load_ring_state|skip_schema_check|bootstrap_skip_schema_check|partitioner|commitlog[.]ignorereplayerrors|config|settings|storage_port|ssl_storage_port|native_transport_port|start_native_transport|jmx|storagedir|rackdc|foreground))'

export const ownedJvmOption = new RegExp(OWNED_JVM_OPTIONS)
