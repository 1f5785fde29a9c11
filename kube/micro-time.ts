/** MicroTime has six digits after the point; the API server refuses three. */
export function microTime(at = new Date()): string {
  return at.toISOString().replace('Z', '000Z')
}
