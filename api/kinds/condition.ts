import { z } from 'zod'

/** metav1.Condition, with the reason and the message always present (k8ssandra#1200: empty ones say nothing). */
export const condition = z.object({
  type: z.string().max(63).describe('What the condition is about.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
  observedGeneration: z.int().optional().describe('Generation of the object that this was judged for.'),
  lastTransitionTime: z.string().max(40).describe('When status changed last.'),
  reason: z.string().max(63).describe('One word of the closed list of reasons.'),
  message: z.string().max(2048).describe('What, how many, and what to do.'),
})
export type Condition = z.infer<typeof condition>
