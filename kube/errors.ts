// Failures of the API server, sorted by what the caller can do about them.

export type KubeErrorKind = 'notFound' | 'exists' | 'conflict' | 'invalid' | 'forbidden' | 'gone' | 'throttled' | 'unavailable'

type StatusBody = {
  readonly reason?: string
  readonly message?: string
  readonly details?: { readonly causes?: readonly { readonly field?: string; readonly message?: string }[] }
}

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
  let parsed: StatusBody = {}
  try {
    parsed = JSON.parse(body) as StatusBody
  } catch {
    // plain text of a proxy
  }
  const message = parsed.message ?? `${what}: HTTP ${status} ${body.slice(0, 200)}`
  const seconds = Number(retryAfter)
  return new KubeError(
    status,
    parsed.reason ?? '',
    message,
    Number.isFinite(seconds) && retryAfter !== undefined ? seconds * 1000 : undefined,
  )
}

export function isKubeError(error: unknown, kind: KubeErrorKind): boolean {
  return error instanceof KubeError && error.kind === kind
}

function kindOf(status: number, reason: string): KubeErrorKind {
  if (status === 404) return 'notFound'
  if (status === 409) return reason === 'AlreadyExists' ? 'exists' : 'conflict'
  if (status === 410) return 'gone'
  if (status === 400 || status === 422 || status === 405 || status === 415) return 'invalid'
  if (status === 401 || status === 403) return 'forbidden'
  if (status === 429) return 'throttled'
  return 'unavailable'
}
