import { auth, Client, policies, types } from 'cassandra-driver'

export type Login = { readonly username: string; readonly password: string }
export type Row = Readonly<Record<string, unknown>>

/** One statement against one node, over a connection of its own. @param host may carry a port: 127.0.0.1:19042 */
export async function query(
  host: string,
  login: Login,
  cql: string,
  consistency = types.consistencies.localQuorum,
): Promise<readonly Row[]> {
  const address = host.includes(':') ? host : `${host}:9042`
  const client = new Client({
    contactPoints: [address],
    localDataCenter: 'dc1',
    authProvider: new auth.PlainTextAuthProvider(login.username, login.password),
    policies: {
      loadBalancing: new policies.loadBalancing.AllowListPolicy(new policies.loadBalancing.RoundRobinPolicy(), [address]),
    },
    isMetadataSyncEnabled: false,
    socketOptions: { connectTimeout: 5_000, readTimeout: 12_000 },
  })
  try {
    const result = await client.execute(cql, [], { consistency })
    return (result.rows ?? []).map((row) => ({ ...row }))
  } finally {
    await client.shutdown()
  }
}
