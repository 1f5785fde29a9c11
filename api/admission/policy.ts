// A ValidatingAdmissionPolicy and its binding, which are useless without each other.

type Resource = {
  readonly group: string
  readonly resource: string
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[]
}

type Validation = {
  readonly expression: string
  readonly message?: string
  /** CEL; where the values belong into the sentence. */
  readonly messageExpression?: string
}

export type Policy = {
  readonly name: string
  /** Warn lets the request through, also when the policy itself cannot be evaluated. */
  readonly action: 'Deny' | 'Warn'
  readonly on: Resource
  /** Only objects with this label. */
  readonly label?: string
  /** CEL; all must hold, or the policy has no say. */
  readonly when?: Readonly<Record<string, string>>
  /** CEL, in order: a later one may use an earlier one. */
  readonly variables?: Readonly<Record<string, string>>
  readonly validations: readonly Validation[]
}

const labels = { 'app.kubernetes.io/name': 'ringkeeper', 'app.kubernetes.io/part-of': 'ringkeeper' }

/** Both objects, ready to apply. */
export function policyObjects(policy: Policy): readonly object[] {
  const name = `ringkeeper-${policy.name}`
  const { group, resource, operations } = policy.on
  const named = (expressions: Readonly<Record<string, string>>): readonly object[] =>
    Object.entries(expressions).map(([name, expression]) => ({ name, expression }))
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name, labels },
      spec: {
        failurePolicy: policy.action === 'Deny' ? 'Fail' : 'Ignore',
        matchConstraints: {
          resourceRules: [{ apiGroups: [group], apiVersions: ['*'], operations, resources: [resource] }],
          ...(policy.label === undefined ? {} : { objectSelector: { matchExpressions: [{ key: policy.label, operator: 'Exists' }] } }),
        },
        ...(policy.when === undefined ? {} : { matchConditions: named(policy.when) }),
        ...(policy.variables === undefined ? {} : { variables: named(policy.variables) }),
        // Without the reason users read `is invalid: : ValidatingAdmissionPolicy …`.
        validations: policy.validations.map((validation) => ({ ...validation, reason: 'Forbidden' })),
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name, labels },
      spec: { policyName: name, validationActions: [policy.action] },
    },
  ]
}
