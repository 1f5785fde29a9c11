// The command line of Cassandra's JVM, without any script of the distribution.
import type { NodeSettings } from '../../api/agent.ts'
import { DATA_DIR, JOLOKIA_JAR } from '../../api/paths.ts'
import { lineOf } from './versions.ts'

export type JavaInput = {
  readonly settings: NodeSettings
  /** CASSANDRA_HOME of the image. */
  readonly home: string
  readonly jars: readonly string[]
  readonly javaMajor: number
  /** Folder with cassandra.yaml, cassandra-rackdc.properties and logback.xml. */
  readonly configDir: string
  /** A folder that Cassandra may write logs to. */
  readonly logDir: string
}

export const JOLOKIA_PORT = 8778

// The modules that conf/jvm11-server.options and jvm17-server.options of 4.x and 5.0 open; a name that a Java version
// does not know is only warned about.
const EXPORTS = [
  'java.base/jdk.internal.misc',
  'java.base/jdk.internal.ref',
  'java.base/sun.nio.ch',
  'java.base/java.lang.ref',
  'java.base/java.lang.reflect',
  'java.management.rmi/com.sun.jmx.remote.internal.rmi',
  'java.rmi/sun.rmi.registry',
  'java.rmi/sun.rmi.server',
  'java.rmi/sun.rmi.transport.tcp',
  'java.sql/java.sql',
  'jdk.unsupported/sun.misc',
]
const OPENS = [
  'java.base/java.lang.module',
  'java.base/jdk.internal.loader',
  'java.base/jdk.internal.ref',
  'java.base/jdk.internal.reflect',
  'java.base/jdk.internal.math',
  'java.base/jdk.internal.module',
  'java.base/jdk.internal.util.jar',
  'java.base/sun.nio.ch',
  'java.base/java.io',
  'java.base/java.lang',
  'java.base/java.lang.reflect',
  'java.base/java.nio',
  'java.base/java.util',
  'java.base/java.util.concurrent',
  'java.base/java.util.concurrent.atomic',
  'jdk.management/com.sun.management.internal',
]

/** @returns arguments for `java`, the main class last */
export function javaArguments(input: JavaInput): readonly string[] {
  const { settings, home, configDir } = input
  const jamm = input.jars.find((jar) => /^jamm-.*\.jar$/.test(jar))
  return [
    ...(input.javaMajor >= 11 ? modules() : []),
    // 4.x sets a security manager, which Java 17 allows only when asked.
    ...(input.javaMajor >= 17 && lineOf(settings.version) !== '5.0' ? ['-Djava.security.manager=allow'] : []),
    '-Xss256k',
    // A JVM with two collectors does not start.
    ...(settings.jvmOptions.some((option) => /^-XX:\+Use\w+GC$/.test(option)) ? [] : ['-XX:+UseG1GC']),
    '-XX:+ParallelRefProcEnabled',
    '-XX:MaxGCPauseMillis=300',
    '-XX:+UseTLAB',
    '-XX:+UseNUMA',
    '-XX:+PerfDisableSharedMem',
    '-XX:HeapDumpPath=/dev/null',
    '-Djava.net.preferIPv4Stack=true',
    '-Djdk.attach.allowAttachSelf=true',
    '-Dsun.net.inetaddr.ttl=5',
    '-Dio.netty.eventLoop.maxPendingTasks=65536',
    '-Dio.netty.tryReflectionSetAccessible=true',
    '-Djava.library.path=/usr/lib',
    '-Djna.tmpdir=/tmp',
    // Of two options Java takes the last: those above a user may change, those below not.
    ...settings.jvmOptions,
    `-Xms${settings.heapMiB}M`,
    `-Xmx${settings.heapMiB}M`,
    // A JVM without memory serves wrong; one that ended is started again.
    '-XX:+ExitOnOutOfMemoryError',
    ...(jamm === undefined ? [] : [`-javaagent:${home}/lib/${jamm}`]),
    // A cached pool of threads: with the default of one, a running decommission would block every other call.
    `-javaagent:${JOLOKIA_JAR}=port=${JOLOKIA_PORT},host=127.0.0.1,executor=cached,discoveryEnabled=false`,
    `-Dcassandra.config=file://${configDir}/cassandra.yaml`,
    `-Dcassandra-rackdc.properties=file://${configDir}/cassandra-rackdc.properties`,
    `-Dlogback.configurationFile=${configDir}/logback.xml`,
    `-Dcassandra.logdir=${input.logDir}`,
    `-Dcassandra.storagedir=${DATA_DIR}`,
    '-Dcassandra-foreground=yes',
    // The login that every ring is born with, which makes the superuser and is then closed, exists after this and not after 10 s.
    '-Dcassandra.superuser_setup_delay_ms=1000',
    '-cp',
    `${configDir}:${home}/lib/*`,
    'org.apache.cassandra.service.CassandraDaemon',
  ]
}

function modules(): readonly string[] {
  return [...EXPORTS.map((name) => `--add-exports=${name}=ALL-UNNAMED`), ...OPENS.map((name) => `--add-opens=${name}=ALL-UNNAMED`)]
}
