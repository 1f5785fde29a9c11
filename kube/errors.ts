// Failures of the API server, sorted by what the caller can do about them.

export type KubeErrorKind = 'notFound' | 'exists' | 'conflict' | 'invalid' | 'forbidden' | 'gone' | 'throttled' | 'unavailable'

export class KubeError extends Error {
  readonly status: number
  readonly reason: string
  readonly kind: KubeErrorKind
  readonly retryAfterMs: number | undefined

  constructor(status: number, reason: string, message: string, retryAfterMs?: number) {
    super(message)
    this.name = 'KubeError'
    this.status = status
    this.reason = reason
    this.kind = kindOf(status, reason)
    this.retryAfterMs = retryAfterMs
  }
}

/** From an answer with an error status; the body is a Status object, or anything. */
export function errorOf(status: number, body: string, retryAfter: string | undefined, what: string): KubeError {
  const { reason, message } = statusOf(body)
  const seconds = Number(retryAfter)
  return new KubeError(
    status,
    typeof reason === 'string' ? reason : '',
    typeof message === 'string' ? message : `${what}: HTTP ${status} ${body.slice(0, 200)}`,
    retryAfter !== undefined && seconds >= 0 ? seconds * 1000 : undefined,
  )
}

export function isKubeError(error: unknown, kind: KubeErrorKind): boolean {
  return error instanceof KubeError && error.kind === kind
}

function statusOf(body: string): { readonly reason?: unknown; readonly message?: unknown } {
  try {
    return (JSON.parse(body) ?? {}) as { readonly reason?: unknown; readonly message?: unknown }
  } catch {
    return {} // plain text of a proxy
  }
}

function kindOf(status: number, reason: string): KubeErrorKind {
  if (status === 404) return 'notFound'
  if (status === 409) return reason === 'AlreadyExists' ? 'exists' : 'conflict'
  if (status === 410) return 'gone'
  if (status === 400 || status === 405 || status === 413 || status === 415 || status === 422) return 'invalid'
  if (status === 403) return 'forbidden'
  if (status === 429) return 'throttled'
  return 'unavailable' // 401 too: a token that has just expired says nothing about what was asked
}
