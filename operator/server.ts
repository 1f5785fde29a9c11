// Probes and metrics of the operator, plain HTTP inside the cluster.
import http from 'node:http'
import { collectDefaultMetrics, register } from 'prom-client'

export type Health = { readonly alive: () => boolean; readonly ready: () => boolean }

export function serve(port: number, health: Health): void {
  collectDefaultMetrics()
  http
    .createServer((request, response) => {
      if (request.url === '/metrics') {
        register.metrics().then(
          (text) => response.writeHead(200, { 'content-type': register.contentType }).end(text),
          (error: unknown) => response.writeHead(500).end(String(error)),
        )
        return
      }
      const good = request.url === '/healthz' ? health.alive() : request.url === '/readyz' && health.ready()
      response.writeHead(good ? 200 : 503).end(good ? 'ok\n' : 'no\n')
    })
    .listen(port)
}
