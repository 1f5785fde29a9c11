import { destination, type Logger, pino } from 'pino'

/** JSON lines on standard output, written at once: a worker transport loses the last words of a dying process (pino#2106). */
export function createLogger(name: string): Logger {
  return pino({ name, base: { name }, timestamp: pino.stdTimeFunctions.isoTime }, destination({ fd: 1, sync: true }))
}
