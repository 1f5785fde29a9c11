import { z } from 'zod'
import { pattern, rules } from './rules.ts'

/** As Kubernetes itself takes quantities: `cpu: 2` is a number in YAML. */
export const quantity = z.union([z.int(), z.string()]).meta({
  'x-kubernetes-int-or-string': true,
  maxLength: 32,
  ...rules({
    rule: "type(self) == int ? self >= 0 : self.matches('^[0-9]+([.][0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi)?$')",
    messageExpression: "'\"' + string(self) + '\" is no quantity; write one such as 500m or 4Gi'",
  }),
})

/** A quantity that must have a unit: 100 would mean 100 bytes. */
export const size = z
  .string()
  .max(32)
  .meta(rules(pattern('^[0-9]*[1-9][0-9]*([.][0-9]+)?(M|Mi|G|Gi|T|Ti|P|Pi)$', 'is no size; write a number with a unit, such as 100Gi')))
