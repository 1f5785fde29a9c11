// The contract between operator and agent: JSON over mutual TLS on the port `agent` (8443) of each Cassandra pod.
//   GET  /v1/view?epoch= → AgentView            what this node says of itself and of the ring; who asks is heard of
//   PUT  /v1/grant       ← GrantRequest         → Receipt   permission for one start, kept in the marker
//   PUT  /v1/jobs/{id}   ← JobRequest           → JobStatus starts a job once; a second PUT of the id answers its status
//   GET  /v1/jobs/{id}                          → JobStatus 404 when the id is unknown
// Every write carries the epoch (transition count of the leader lease); a lower one than the highest seen is refused
// with 409 StaleEpoch, so that a paused old leader can do nothing (Leases alone are no fence). Other answers than 200:
// 400 and 413 for a request that cannot be read, 403 for any other client than the operator, 500 with the agent's words.
// Probes are plain HTTP on the port `probes` (8081): GET /ready (own Cassandra serves and is not being stopped), GET /healthz
// (agent lives).

export const AGENT_PORT = 8443
export const PROBE_PORT = 8081
/** Subject of the certificate that the operator shows; agents accept no other client. */
export const OPERATOR_COMMON_NAME = 'ringkeeper-operator'
/** Role of the operator in Cassandra. */
export const OPERATOR_LOGIN = 'ringkeeper'

/** What the pod template fixes for a node's life in this pod: environment variable RINGKEEPER_NODE of the agent, as JSON. */
export type NodeSettings = {
  readonly clusterUID: string
  readonly clusterName: string
  readonly node: string
  readonly nodeUID: string
  readonly datacenter: string
  readonly rack: string
  /** Exact version of Cassandra that the spec asks for; an image that holds another one is refused. */
  readonly version: string
  readonly numTokens: number
  /** Host id of a node that has joined: a volume with another one is refused. Absent before the first start. */
  readonly expectedHostID?: string
  /** DNS name of the headless seed Service (publishes not-ready addresses). */
  readonly seedService: string
  /** MiB. */
  readonly heapMiB: number
  readonly jvmOptions: readonly string[]
  /** Keys of cassandra.yaml that the user set; checked before against the version. */
  readonly config: Readonly<Record<string, unknown>>
  readonly authEnabled: boolean
}
// By the downward API beside it: POD_UID, POD_IP.

export type MarkerState = 'Empty' | 'Granted' | 'Joining' | 'Joined' | 'Leaving' | 'Decommissioned'

/** Small file on the data volume, written with fsync and rename. */
export type Marker = {
  readonly clusterUID: string
  readonly nodeUID: string
  readonly datacenter: string
  readonly rack: string
  readonly version: string
  readonly state: MarkerState
  readonly hostID?: string
  readonly grant?: Grant
}

export type GrantKind =
  | 'FirstNode' // starts as its own seed; once in a cluster's life
  | 'JoinNoStream' // a node of the first formation: given tokens, auto_bootstrap false, nothing to stream
  | 'Join' // bootstraps: streams its ranges

/** Permission for one pod to start a node that has not joined yet. A pod that is gone takes its grant with it. */
export type Grant = {
  readonly id: string
  readonly kind: GrantKind
  readonly podUID: string
  readonly nodeUID: string
  /** For the nodes of the first ring, whose tokens are computed. */
  readonly initialTokens?: readonly string[]
}

export type GrantRequest = { readonly epoch: number; readonly grant: Grant }
export type Receipt = { readonly accepted: boolean; readonly reason?: string; readonly message: string }

export type Job =
  /** ALTER …: run in order by a worker process on this node, as the first login that is let in. Never logged. */
  | { readonly kind: 'cql'; readonly logins: readonly (Login | null)[]; readonly statements: readonly string[] }
  /** Makes the operator's login and the superuser of the Secret, or changes their passwords, and disables cassandra; idempotent. */
  | { readonly kind: 'roles'; readonly operator: Login; readonly superuser: Login }
  /** Full repair of a keyspace with this node as coordinator, over its primary ranges. */
  | { readonly kind: 'repair'; readonly keyspace: string }
  | { readonly kind: 'cleanup' }
  /** Only after a failed join: StorageService.resumeBootstrap. */
  | { readonly kind: 'resume-bootstrap' }
export type Login = { readonly username: string; readonly password: string }
export type JobRequest = { readonly epoch: number; readonly job: Job }
/** `Lost`: the agent or Cassandra restarted while it ran; the operator observes and decides again. */
export type JobState = 'Running' | 'Done' | 'Failed' | 'Lost'
export type JobStatus = {
  readonly id: string
  readonly kind: Job['kind']
  readonly state: JobState
  readonly startedAt: number
  readonly finishedAt?: number
  /** 0..1, when the job can tell. */
  readonly progress?: number
  readonly message: string
}

/** Where the start of the Cassandra container stands. */
export type StartPhase =
  | 'NoContainer' // no container asks to be started: it has not come up yet, or it has ended
  | 'WaitingForGrant'
  | 'Refused' // marker, volume, image or version contradict; reason and message say what
  | 'Started' // the argument file was handed out; the JVM runs or is starting
export type StartView = {
  readonly phase: StartPhase
  /** A word of api/reasons.ts, when the start is refused or failed. */
  readonly reason?: string
  /** After a failed start, until one serves: the first error of Cassandra. */
  readonly message: string
  readonly since: number
  /** Starts in this pod since it last served. */
  readonly attempts: number
}

/** What Cassandra says through JMX. Addresses carry the port: "10.244.1.5:7000". Times are the agent's clock, ms. */
export type CassandraView = {
  readonly hostID: string
  readonly clusterName: string
  readonly releaseVersion: string
  readonly operationMode: string
  readonly initialized: boolean
  readonly joined: boolean
  /** The join has failed and nothing of it streams any more, so that it may be resumed; absent otherwise. */
  readonly bootstrapFailed?: boolean
  readonly gossipRunning: boolean
  readonly nativeTransportRunning: boolean
  readonly startedAt: number
  readonly datacenter: string
  readonly rack: string
  readonly loadBytes: number
  readonly tokens: readonly string[]
  readonly address: string
  /** address → host id; lists joining nodes too. */
  readonly hostIDs: Readonly<Record<string, string>>
  /** token → address; pending tokens lie over it during a join. */
  readonly tokenOwners: Readonly<Record<string, string>>
  readonly live: readonly string[]
  readonly unreachable: readonly string[]
  readonly joining: readonly string[]
  readonly leaving: readonly string[]
  readonly moving: readonly string[]
  /** schema version → addresses; the key UNREACHABLE is possible. */
  readonly schemaVersions: Readonly<Record<string, readonly string[]>>
  readonly releaseVersions: Readonly<Record<string, readonly string[]>>
  readonly seeds: readonly string[]
  /** Keyspaces that are not local, with the options that getKeyspaceReplicationInfo prints: {dc1: "3"} (cassandra/model/replication.ts). */
  readonly keyspaces: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Keyspaces with pending ranges: their number. */
  readonly pendingRanges: Readonly<Record<string, number>>
  /** Streams that run; counted up to twenty. */
  readonly streams: number
  readonly streamedBytes?: { readonly done: number; readonly total: number }
  readonly repairs: number
}

/** What new connections to the agent stand on now. Fingerprints are SHA-256, as openssl prints them. */
export type TlsView = {
  /** Authorities whose clients it lets in. */
  readonly trusts: readonly string[]
  /** The certificate that it shows, who signed it (empty: none that it trusts), and when it ends. */
  readonly leaf: string
  readonly issuer: string
  readonly notAfter: number
}

export type AgentView = {
  readonly at: number
  readonly clusterUID: string
  readonly nodeUID: string
  readonly podUID: string
  readonly epoch: number
  /** undefined: the volume could not be read; then start.message says why. */
  readonly marker: Marker | undefined
  readonly start: StartView
  /** undefined: Cassandra does not answer JMX (yet); cassandraError says why. */
  readonly cassandra: CassandraView | undefined
  readonly cassandraError?: string
  readonly jobs: readonly JobStatus[]
  /** Absent: an agent that cannot say; it holds a change of authority back. */
  readonly tls?: TlsView
}
