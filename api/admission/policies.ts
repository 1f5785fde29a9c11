// What one CassandraCluster cannot tell by itself: who asks, what goes with a delete, and what is inside spec.config.
// The operator judges the same again, so a cluster without these policies is less polite and not less safe.
import { GROUP } from '../group.ts'
import { LABEL } from '../labels.ts'
import { ownedConfigKeys } from '../owned-config.ts'
import { type Policy, policyObjects } from './policy.ts'

/** The service account that the operator is installed with; it alone makes CassandraNodes. */
export const OPERATOR_USER = 'system:serviceaccount:ringkeeper-system:ringkeeper'

/** They delete what belongs to a deleted cluster or namespace. The last is all controllers of a control plane that shares one login. */
const COLLECTORS = [
  'system:serviceaccount:kube-system:generic-garbage-collector',
  'system:serviceaccount:kube-system:namespace-controller',
  'system:kube-controller-manager',
]

const clusters = 'cassandraclusters'

const deletionProtection: Policy = {
  name: 'deletion-protection',
  action: 'Deny',
  on: { group: GROUP, resource: clusters, operations: ['DELETE'] },
  validations: [
    {
      expression: '!has(oldObject.spec.deletionProtection) || !oldObject.spec.deletionProtection',
      messageExpression:
        "'CassandraCluster ' + oldObject.metadata.name + ' has spec.deletionProtection: true. Set it to false first; its volumes are kept unless storage.retention.whenDeleted is Delete.'",
    },
  ],
}

const nodes: Policy = {
  name: 'nodes',
  action: 'Deny',
  on: { group: GROUP, resource: 'cassandranodes', operations: ['CREATE', 'DELETE'] },
  variables: {
    // A record that `kubectl delete --cascade=orphan` left behind has no other way to go.
    orphan:
      'oldObject != null && !(has(oldObject.metadata.ownerReferences) && oldObject.metadata.ownerReferences.exists(o, has(o.controller) && o.controller))',
    mayDelete: `request.userInfo.username in ${list([OPERATOR_USER, ...COLLECTORS])} || variables.orphan`,
  },
  validations: [
    {
      expression: `request.operation != 'CREATE' || request.userInfo.username == '${OPERATOR_USER}'`,
      messageExpression: "'CassandraNodes are made by the operator: kubectl scale cass ' + object.spec.clusterRef.name + ' --replicas=N'",
    },
    {
      expression: "request.operation != 'DELETE' || variables.mayDelete",
      messageExpression:
        "'CassandraNode ' + oldObject.metadata.name + ' is a node of the ring, and this version of Ringkeeper does not remove nodes; it goes with its cluster: kubectl delete cass ' + oldObject.spec.clusterRef.name",
    },
  ],
}

// spec.config is a map of untyped values, into which rules of the CRD cannot see.
const config: Policy = {
  name: 'config',
  action: 'Deny',
  on: { group: GROUP, resource: clusters, operations: ['CREATE', 'UPDATE'] },
  when: {
    // Otherwise a key that became owned later would keep a finalizer from being taken off.
    'config-changed':
      'has(object.spec.config) && (oldObject == null || !has(oldObject.spec.config) || object.spec.config != oldObject.spec.config)',
  },
  variables: { owned: `${list(ownedConfigKeys)}.filter(key, key in object.spec.config)` },
  validations: [
    {
      expression: 'variables.owned.size() == 0',
      messageExpression: "'spec.config sets ' + variables.owned.join(', ') + ', which the operator owns; remove it'",
    },
  ],
}

// Few, because each costs the reader three lines; and only when what they are about changes.
const advice: Policy = {
  name: 'advice',
  action: 'Warn',
  on: { group: GROUP, resource: clusters, operations: ['CREATE', 'UPDATE'] },
  variables: {
    created: "request.operation == 'CREATE'",
    sized:
      'variables.created || object.spec.nodes != oldObject.spec.nodes || has(object.spec.racks) != has(oldObject.spec.racks) || (has(object.spec.racks) && object.spec.racks.size() != oldObject.spec.racks.size())',
    protected: 'object.spec.deletionProtection && (variables.created || !oldObject.spec.deletionProtection)',
  },
  validations: [
    {
      expression: '!variables.sized || !has(object.spec.racks) || object.spec.nodes % object.spec.racks.size() == 0',
      messageExpression:
        "'spec.nodes is ' + string(object.spec.nodes) + ' over ' + string(object.spec.racks.size()) + ' racks: the racks will be uneven, and so will the data; a multiple of ' + string(object.spec.racks.size()) + ' is even'",
    },
    {
      expression:
        "!variables.created || (has(object.spec.resources) && has(object.spec.resources.limits) && 'memory' in object.spec.resources.limits)",
      messageExpression:
        "'no memory limit: the heap is ' + (has(object.spec.jvm) && has(object.spec.jvm.heapSize) ? object.spec.jvm.heapSize : '1Gi') + ' and nothing bounds the memory beside it; set spec.resources.limits.memory before production'",
    },
    {
      expression: `!variables.protected || (has(namespaceObject.metadata.labels) && '${LABEL.deletionProtection}' in namespaceObject.metadata.labels)`,
      messageExpression: `'deletionProtection does not cover the deletion of the namespace: kubectl label ns ' + namespaceObject.metadata.name + ' ${LABEL.deletionProtection}='`,
    },
  ],
}

// Deleting a CRD deletes every object of it without asking admission for each: no deletion protection applies.
const customResourceDefinitions: Policy = {
  name: 'crds',
  action: 'Deny',
  on: { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions', operations: ['DELETE'] },
  when: { ours: `oldObject.spec.group == '${GROUP}'` },
  validations: [
    {
      expression: `has(oldObject.metadata.labels) && '${LABEL.allowDelete}' in oldObject.metadata.labels`,
      messageExpression: `'deleting ' + oldObject.metadata.name + ' deletes every ' + oldObject.spec.names.kind + ' with it. If that is what you want: kubectl label crd ' + oldObject.metadata.name + ' ${LABEL.allowDelete}='`,
    },
  ],
}

// Deleting a namespace deletes the pods and volumes in it, whatever a CassandraCluster in it says.
const namespaces: Policy = {
  name: 'namespaces',
  action: 'Deny',
  on: { group: '', resource: 'namespaces', operations: ['DELETE'] },
  label: LABEL.deletionProtection,
  validations: [
    {
      expression: 'false',
      messageExpression: `'namespace ' + oldObject.metadata.name + ' is protected, because it holds Cassandra volumes. If it may go: kubectl label ns ' + oldObject.metadata.name + ' ${LABEL.deletionProtection}-'`,
    },
  ],
}

/** Every policy with its binding; apply them after the CRDs. */
export const policies: readonly object[] = [deletionProtection, nodes, config, advice, customResourceDefinitions, namespaces].flatMap(
  policyObjects,
)

/** As CEL. */
function list(texts: readonly string[]): string {
  return `[${texts.map((text) => `'${text}'`).join(', ')}]`
}
