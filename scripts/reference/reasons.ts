import { type ReasonEntry, reasons } from '../../api/reasons.ts'
import { code, table } from './markdown.ts'

const groups: readonly (readonly [kind: ReasonEntry['kind'], heading: string])[] = [
  ['act', 'A person must act'],
  ['wait', 'It waits, and goes on by itself'],
  ['work', 'It works'],
  ['note', 'It serves, with a remark'],
  ['good', 'All is well'],
]

/** Page of the reasons in conditions and Events. */
export function reasonsPage(): string {
  const all = Object.entries(reasons) as readonly (readonly [string, ReasonEntry])[]
  const sections = groups.map(([kind, heading]) => {
    const rows = all.filter(([, entry]) => entry.kind === kind).map(([name, { means, remedy }]) => [code(name), means, remedy])
    return `## ${heading}\n${table(['reason', 'means', 'what to do'], rows)}\n`
  })
  return `# Reasons
What \`kubectl get cass\` prints as STATUS, and what stands in conditions and Events. The message beside it names nodes and numbers:
\`kubectl describe cass NAME\`.

${sections.join('\n')}`
}
