// An API server in this process, over real TLS: as much of one as the faults of the client's tests need. It is a stage for
// them, not a model; test/sim has the model.
import type { IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { createAuthority, issueCertificate, type KeyPair } from '../../lib/x509.ts'
import type { KubeConfig } from '../config.ts'
import { type Answers, type Asked, createAnswers } from './answers.ts'
import { createObjects, type Objects } from './objects.ts'

export type Exchange = { readonly asked: Asked; readonly socket: Socket; readonly response: ServerResponse; readonly answer: () => void }
/** Takes the place of the answer to one request. */
export type Fault = (exchange: Exchange) => void

export type FakeApi = Omit<Answers, 'answer'> & {
  readonly config: KubeConfig
  readonly authority: KeyPair
  readonly objects: Objects
  /** Everything that was asked so far. */
  readonly asked: readonly Asked[]
  readonly connections: () => { readonly opened: number; readonly open: number }
  /** The next request to match meets the fault; several are met in their order. `GET /api/v1/pods`, `WATCH /api/v1/pods`. */
  readonly fail: (what: string, fault: Fault) => void
  /** Resolves when so many such requests have arrived since the start. */
  readonly saw: (what: string, count?: number) => Promise<Asked>
  /** Resolves when the condition holds; it is looked at after each request and each closed connection. */
  readonly until: (condition: () => boolean) => Promise<void>
  /** What opens from now on meets another certificate. */
  readonly present: (pair: KeyPair) => void
  readonly close: () => Promise<void>
}

const DAYS = 1

export async function createFakeApi(): Promise<FakeApi> {
  const authority = await createAuthority('authority of the fake', Date.now(), DAYS)
  const { cert, key } = await serverPair(authority)
  const objects = createObjects()
  const { answer, ...answers } = createAnswers(objects)
  const asked: Asked[] = []
  const faults: { readonly what: string; readonly fault: Fault }[] = []
  const sockets = new Map<Socket, number>()
  let opened = 0
  let waiting: (() => void)[] = []
  const wake = (): void => {
    for (const look of waiting) look()
  }
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return
        waiting = waiting.filter((other) => other !== look)
        resolve()
      }
      waiting.push(look)
      look()
    })

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const one = await read(request, sockets.get(request.socket) ?? 0)
    asked.push(one)
    const at = faults.findIndex(({ what }) => isSuch(one, what))
    const fault = at < 0 ? undefined : faults.splice(at, 1)[0]?.fault
    if (fault === undefined) answer(one, response)
    else fault({ asked: one, socket: request.socket, response, answer: () => answer(one, response) })
    wake()
  }

  const server = https.createServer({ cert, key }, (request, response) => {
    serve(request, response).catch(() => request.socket.destroy())
  })
  server.keepAliveTimeout = 0 // who closes an idle socket is for the client to show
  server.on('secureConnection', (socket: Socket) => {
    sockets.set(socket, ++opened)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      wake()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    ...answers,
    config: { server: `https://127.0.0.1:${port}`, namespace: 'shop', credentials: () => ({ ca: authority.cert, token: 'secret' }) },
    authority,
    objects,
    asked,
    connections: () => ({ opened, open: sockets.size }),
    fail: (what, fault) => faults.push({ what, fault }),
    saw: async (what, count = 1) => {
      const such = (): readonly Asked[] => asked.filter((one) => isSuch(one, what))
      await until(() => such().length >= count)
      return such()[count - 1] as Asked
    },
    until,
    present: (other) => server.setSecureContext({ cert: other.cert, key: other.key }),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

export function serverPair(authority: KeyPair): Promise<KeyPair> {
  return issueCertificate(authority, { commonName: 'fake', ips: ['127.0.0.1'], usages: ['server'] }, Date.now(), DAYS)
}

function isSuch({ method, path, query }: Asked, what: string): boolean {
  return `${query.get('watch') === 'true' ? 'WATCH' : method} ${path}` === what
}

async function read(request: IncomingMessage, connection: number): Promise<Asked> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'https://fake')
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const text = Buffer.concat(parts).toString('utf8')
  return {
    method: request.method ?? '',
    path: decodeURIComponent(pathname),
    query: searchParams,
    token: request.headers.authorization,
    contentType: request.headers['content-type'],
    body: text === '' ? undefined : JSON.parse(text),
    connection,
  }
}
