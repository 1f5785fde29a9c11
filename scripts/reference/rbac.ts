import { clusterRules, ownRules, type Rule } from '../../deploy/rbac.ts'
import { code, table } from './markdown.ts'

/** Page of what the operator may do, and why. */
export function rbacPage(): string {
  return `# Rights of the operator
The service account \`ringkeeper\` has these rights and no others: no wildcard, no \`escalate\`, \`bind\` or \`impersonate\`, no \`pods/exec\`,
no write to Kubernetes nodes, no delete of a volume or a Secret. Cassandra pods hold no token at all.

Who holds its token can make pods, and so read every Secret of every namespace: guard the operator's namespace as you guard
cluster administrators. For the same reason, who may write a CassandraCluster decides about pods; the roles \`edit\` and \`admin\` do not
include it.

## In every namespace
Clusters may be made in any.

${rows(clusterRules)}

## In its own namespace
${rows(ownRules)}
`
}

function rows(rules: readonly Rule[]): string {
  return table(
    ['API group', 'resources', 'verbs', 'why'],
    rules.map(({ apiGroup, resources, names, verbs, why }) => [
      apiGroup === '' ? 'core' : code(apiGroup),
      [...resources, ...(names ?? []).map((name) => `named ${name}`)].map(code).join(' '),
      verbs.join(' '),
      why,
    ]),
  )
}
