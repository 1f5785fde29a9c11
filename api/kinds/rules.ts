// CEL rules of the CRDs, kept beside the field that they concern, so that the path in the message is the right one.

export type Rule = {
  readonly rule: string
  readonly message?: string
  readonly messageExpression?: string
  readonly fieldPath?: string
}

/** Metadata for a zod schema; the generator copies it into the CRD. */
export function rules(...list: readonly Rule[]): { readonly 'x-kubernetes-validations': readonly unknown[] } {
  // Without the reason users read `spec: Invalid value: "object"`.
  return { 'x-kubernetes-validations': list.map((rule) => ({ ...rule, reason: 'FieldValueForbidden' })) }
}

export function immutable(field: string, remedy = ''): Rule {
  return { rule: 'self == oldSelf', message: `${field} is immutable${remedy}` }
}
