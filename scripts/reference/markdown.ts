/** A table; the cells are text, or code in backticks. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cellOf).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

export function code(text: string): string {
  return `\`${text}\``
}

/** A pipe or a line break would end the cell, and <name> would be taken for HTML. */
function cellOf(text: string): string {
  const line = text.replace(/\|/g, '\\|').replace(/\s+/g, ' ')
  return line.includes('`') ? line : line.replace(/</g, '&lt;')
}
