import type { Condition } from '../../api/kinds/condition.ts'

export type ConditionInput = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>

/** The time of a condition moves only when its status does. */
export function mergeConditions(
  before: readonly Condition[] | undefined,
  wanted: readonly ConditionInput[],
  generation: number | undefined,
  now: number,
): Condition[] {
  return wanted.map((condition) => {
    const old = before?.find((other) => other.type === condition.type)
    const since = old?.status === condition.status ? old.lastTransitionTime : new Date(now).toISOString().replace(/\.\d+Z$/, 'Z')
    return {
      ...condition,
      message: condition.message.slice(0, 2048),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      lastTransitionTime: since,
    }
  })
}
