import { stringify } from 'yaml'

/** One document for each object; long expressions stay on one line, and nothing is said by reference. */
export function yamlText(objects: readonly object[]): string {
  return objects.map((object) => `---\n${stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })}`).join('')
}
