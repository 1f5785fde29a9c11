// The closed list of reasons that enter conditions and Events. A reason is listed only where something raises it;
// a retired one is never used again.

export type ReasonEntry = {
  /** work: under way; wait: goes on by itself; act: a person must act; note: serving on; good: all is well. */
  readonly kind: 'work' | 'wait' | 'act' | 'note' | 'good'
  /** One sentence: what it means. */
  readonly means: string
  /** What a person can do; empty where nothing is to be done. */
  readonly remedy: string
}

export const reasons = {
  Healthy: { kind: 'good', means: 'Every node is up and this generation is in effect.', remedy: '' },
  Up: { kind: 'good', means: 'The node serves.', remedy: '' },
  QuorumEverywhere: { kind: 'good', means: 'Every range of every keyspace has LOCAL_QUORUM.', remedy: '' },
  Bootstrapping: { kind: 'work', means: 'The first ring is being formed.', remedy: '' },
  ScalingUp: { kind: 'work', means: 'Nodes are being added.', remedy: '' },
  Updating: { kind: 'work', means: 'Nodes are being restarted with a new template.', remedy: '' },
  Starting: { kind: 'work', means: 'The node starts.', remedy: '' },
  Joining: { kind: 'work', means: 'The node joins the ring.', remedy: '' },
  Restarting: { kind: 'work', means: 'The node is being restarted.', remedy: '' },
  NodeDown: { kind: 'wait', means: 'A node is not up and normal.', remedy: 'See the message of the node.' },
  MembersDown: { kind: 'wait', means: 'A join needs every other node up.', remedy: 'Bring the nodes named back.' },
  ViewsIncomplete: {
    kind: 'wait',
    means: 'Agents cannot be read; nothing destructive is done.',
    remedy: 'Check the agents and network policies of the nodes named.',
  },
  ViewsDisagree: { kind: 'wait', means: 'The nodes see different rings.', remedy: 'Check the network between the nodes named.' },
  MemberMissing: { kind: 'wait', means: 'A recorded node is missing from a view.', remedy: 'Check the network between the nodes named.' },
  SchemaDisagreement: {
    kind: 'wait',
    means: 'More than one schema version; topology changes wait.',
    remedy: 'Stop concurrent DDL; restart the node named.',
  },
  QuorumWouldBreak: { kind: 'wait', means: 'The step would take a range below quorum.', remedy: 'Bring back the node named.' },
  TopologyBusy: { kind: 'wait', means: 'The ring is changing; the next step follows.', remedy: '' },
  CleanupPending: { kind: 'work', means: 'Nodes still hold data of ranges that moved away.', remedy: '' },
  SystemReplicationPending: { kind: 'work', means: 'Replication of system keyspaces is being raised.', remedy: '' },
  SuperuserPending: { kind: 'work', means: 'The superuser of the Secret is being put into effect.', remedy: '' },
  Recovering: { kind: 'wait', means: 'Nodes come back after an outage.', remedy: '' },
  OutcomeUnknown: { kind: 'wait', means: 'An answer was lost; the effect is being observed.', remedy: '' },
  Paused: { kind: 'wait', means: 'spec.paused is true; nothing is touched.', remedy: 'Set spec.paused to false.' },
  InvalidSpec: { kind: 'act', means: 'The spec asks for something that cannot be done.', remedy: 'Correct the field named.' },
  PredecessorEnding: {
    kind: 'wait',
    means: 'A deleted cluster of this name is still going.',
    remedy: 'Wait; an object named that stays was orphaned: delete it.',
  },
  ConfigRejected: {
    kind: 'act',
    means: 'A configuration key does not exist in this version, is owned by the operator or has the wrong type; nothing was restarted.',
    remedy: 'Correct the key named.',
  },
  ScaleInUnsupported: {
    kind: 'act',
    means: 'This version of Ringkeeper does not remove nodes yet.',
    remedy: 'Set spec.nodes back to the number in the message.',
  },
  Unschedulable: { kind: 'act', means: 'No Kubernetes node fits.', remedy: 'Make room, or change requests or zones.' },
  ImagePullFailed: { kind: 'act', means: 'The image cannot be pulled.', remedy: 'Correct the image or the pull secret.' },
  InvalidPodTemplate: {
    kind: 'act',
    means: 'The API server refuses the pod.',
    remedy: 'Change the namespace (Pod Security, quota) or the field named.',
  },
  StartFailed: { kind: 'act', means: 'Cassandra ends at its start.', remedy: 'Apply the last good manifest.' },
  CommitLogCorrupt: { kind: 'act', means: 'The commit log cannot be replayed.', remedy: 'Replace the node.' },
  AddressTaken: { kind: 'act', means: 'Another node holds the address; a new one is taken by itself.', remedy: '' },
  HostIDRetired: { kind: 'act', means: 'The volume belongs to another node.', remedy: 'Delete the claim named.' },
  VolumeRetired: { kind: 'act', means: 'The volume belongs to a node that has left.', remedy: 'Delete the claim named.' },
  VolumeUnreadable: {
    kind: 'act',
    means: 'What the node has left on its volume is missing or cannot be read.',
    remedy: 'Bring the volume back as it was; its data is on the other replicas.',
  },
  JoinFailed: {
    kind: 'act',
    means: 'The node could not join after several attempts.',
    remedy: 'See the words of Cassandra in the message.',
  },
  BootstrapFailed: { kind: 'act', means: 'The first ring could not be formed.', remedy: 'See the message; a new spec is always accepted.' },
  StorageFailed: { kind: 'act', means: 'A volume cannot be made.', remedy: 'Correct the storage class or the quota named.' },
  VolumesFound: { kind: 'act', means: 'Volumes of a deleted cluster of this name exist.', remedy: 'Delete them, or choose another name.' },
  ForeignNode: {
    kind: 'act',
    means: 'A host id without a record is in the ring; the topology is frozen.',
    remedy: 'Separate the clusters.',
  },
  UnknownNode: { kind: 'act', means: 'A pod carries our labels but no record explains it.', remedy: 'Delete the pod named.' },
  NameConflict: { kind: 'act', means: 'An object of the needed name is not ours.', remedy: 'Rename or delete the object named.' },
  SecretInvalid: { kind: 'act', means: 'A Secret or a key of it is missing.', remedy: 'Correct the Secret named.' },
  KeyspaceUnderReplicated: {
    kind: 'note',
    means: 'A keyspace wants more replicas than there are nodes.',
    remedy: 'Add nodes, or lower its replication.',
  },
  CertificateExpiring: {
    kind: 'note',
    means: 'A certificate between operator and agents ends soon and could not be renewed.',
    remedy: 'Let the agents named answer; look at the kubelet that should bring the Secret named to its pod.',
  },
  QuorumLost: { kind: 'act', means: 'A range has no quorum.', remedy: 'Bring back the nodes named.' },
} as const satisfies Record<string, ReasonEntry>

export type Reason = keyof typeof reasons
