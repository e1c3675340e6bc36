/** One JSON text a line; the empty text for no rows. */
export function ndjson(rows: readonly unknown[]): string {
  let text = ''
  for (const row of rows) text += `${JSON.stringify(row)}\n`
  return text
}
