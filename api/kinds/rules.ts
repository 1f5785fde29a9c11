// CEL rules of the CRDs, kept beside the field that they concern, so that the path in the message is the right one.

/** Exactly one of message and messageExpression; the latter where the value belongs into the sentence. */
export type Rule = {
  readonly rule: string
  readonly message?: string
  readonly messageExpression?: string
  /** Leaf that the message is about, for rules above it. */
  readonly fieldPath?: string
}

/** Metadata for a zod schema; the generator copies it into the CRD. */
export function rules(...list: readonly Rule[]): { readonly 'x-kubernetes-validations': readonly unknown[] } {
  // Without the reason users read `spec: Invalid value: "object"`.
  return { 'x-kubernetes-validations': list.map((rule) => ({ ...rule, reason: 'FieldValueForbidden' })) }
}

/**
 * A pattern whose refusal says what to write; that of OpenAPI only prints the expression.
 * @param remedy ends the sentence "<value> …"
 */
export function pattern(expression: string, remedy: string): Rule {
  return { rule: `self.matches('${expression}')`, messageExpression: `'"' + self + '" ${remedy}'` }
}
