/**
 * Keeps a cell from being run as a formula when a person opens a CSV file in a spreadsheet (CWE-1236), in a way that
 * can be taken back exactly: an apostrophe is put before a text that starts a formula, and before one that already
 * looks neutralised. A plain signed number is left alone, since a spreadsheet takes it for the number it is.
 */

/** `=`, `+`, `-`, `@`, tab and line ends, and the full-width forms that East Asian spreadsheets also run. */
const startsFormula = /^'*[=+\-@\t\r\n＝＋－＠]/
const signedNumber = /^[+-][\d٠-٩۰-۹]+(?:[.,٫٬][\d٠-٩۰-۹]+)*$/

function isDangerous(text: string): boolean {
  return startsFormula.test(text) && !signedNumber.test(text)
}

export function neutralise(text: string): string {
  return isDangerous(text) ? `'${text}` : text
}

/** `restore(neutralise(text)) === text` for every text. */
export function restore(text: string): string {
  return text.startsWith("'") && isDangerous(text.slice(1)) ? text.slice(1) : text
}
