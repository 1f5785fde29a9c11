// The files that Cassandra reads at its start, rendered into the shared folder.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodeSettings } from '../../api/agent.ts'
import { renderYaml, type YamlInput } from '../../cassandra/model/render-yaml.ts'

export async function writeConfigFiles(configDir: string, logDir: string, input: YamlInput): Promise<void> {
  await mkdir(configDir, { recursive: true })
  await mkdir(logDir, { recursive: true })
  await writeYaml(configDir, input)
  await replace(join(configDir, 'cassandra-rackdc.properties'), rackdc(input.settings))
  await replace(join(configDir, 'logback.xml'), LOGBACK.replaceAll('LOG_DIR', logDir))
}

/** cassandra.yaml alone: SimpleSeedProvider reads it again when the seeds are reloaded. */
export async function writeYaml(configDir: string, input: YamlInput): Promise<void> {
  await replace(join(configDir, 'cassandra.yaml'), renderYaml(input))
}

async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.tmp`, text)
  await rename(`${path}.tmp`, path)
}

function rackdc(settings: NodeSettings): string {
  return `dc=${settings.datacenter}\nrack=${settings.rack}\n`
}

/** To the container's output for people, and warnings to a small file in which the agent looks for why a start failed. */
const LOGBACK = `<configuration scan="false">
  <shutdownHook class="ch.qos.logback.core.hook.DefaultShutdownHook"/>
  <appender name="STDOUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%-5level [%thread] %date{ISO8601} %F:%L - %msg%n</pattern></encoder>
  </appender>
  <appender name="WARNINGS" class="ch.qos.logback.core.rolling.RollingFileAppender">
    <file>LOG_DIR/warnings.log</file>
    <filter class="ch.qos.logback.classic.filter.ThresholdFilter"><level>WARN</level></filter>
    <rollingPolicy class="ch.qos.logback.core.rolling.FixedWindowRollingPolicy">
      <fileNamePattern>LOG_DIR/warnings.log.%i</fileNamePattern><minIndex>1</minIndex><maxIndex>1</maxIndex>
    </rollingPolicy>
    <triggeringPolicy class="ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy"><maxFileSize>1MB</maxFileSize></triggeringPolicy>
    <encoder><pattern>%-5level %date{ISO8601} %msg%n%ex{3}</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="STDOUT"/><appender-ref ref="WARNINGS"/></root>
</configuration>
`
