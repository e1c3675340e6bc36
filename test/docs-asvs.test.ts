/** `docs/asvs.md` names every requirement of levels 1 and 2 of OWASP ASVS 5.0.0, and what it says is met is there. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { root } from './files.ts'

/** Numbers of the standard's requirements with their level, by section; those of level 3 are left out. */
const standard: Readonly<Record<string, string>> = {
  '1.1': '1:2 2:2',
  '1.2': '1:1 2:1 3:1 4:1 5:1 6:2 7:2 8:2 9:2',
  '1.3': '1:1 2:1 3:2 4:2 5:2 6:2 7:2 8:2 9:2 10:2 11:2',
  '1.4': '1:2 2:2 3:2',
  '1.5': '1:1 2:2',
  '2.1': '1:1 2:2 3:2',
  '2.2': '1:1 2:1 3:2',
  '2.3': '1:1 2:2 3:2 4:2',
  '2.4': '1:2',
  '3.2': '1:1 2:1',
  '3.3': '1:1 2:2 3:2 4:2',
  '3.4': '1:1 2:1 3:2 4:2 5:2 6:2',
  '3.5': '1:1 2:1 3:1 4:2 5:2',
  '3.7': '1:2 2:2',
  '4.1': '1:1 2:2 3:2',
  '4.2': '1:2',
  '4.3': '1:2 2:2',
  '4.4': '1:1 2:2 3:2 4:2',
  '5.1': '1:2',
  '5.2': '1:1 2:1 3:2',
  '5.3': '1:1 2:1',
  '5.4': '1:2 2:2 3:2',
  '6.1': '1:1 2:2 3:2',
  '6.2': '1:1 2:1 3:1 4:1 5:1 6:1 7:1 8:1 9:2 10:2 11:2 12:2',
  '6.3': '1:1 2:1 3:2 4:2',
  '6.4': '1:1 2:1 3:2 4:2',
  '6.5': '1:2 2:2 3:2 4:2 5:2',
  '6.6': '1:2 2:2 3:2',
  '6.8': '1:2 2:2 3:2 4:2',
  '7.1': '1:2 2:2 3:2',
  '7.2': '1:1 2:1 3:1 4:1',
  '7.3': '1:2 2:2',
  '7.4': '1:1 2:1 3:2 4:2 5:2',
  '7.5': '1:2 2:2',
  '7.6': '1:2 2:2',
  '8.1': '1:1 2:2',
  '8.2': '1:1 2:1 3:2',
  '8.3': '1:1',
  '8.4': '1:2',
  '9.1': '1:1 2:1 3:1',
  '9.2': '1:1 2:2 3:2 4:2',
  '10.1': '1:2 2:2',
  '10.2': '1:2 2:2',
  '10.3': '1:2 2:2 3:2 4:2',
  '10.4': '1:1 2:1 3:1 4:1 5:1 6:2 7:2 8:2 9:2 10:2 11:2',
  '10.5': '1:2 2:2 3:2 4:2 5:2',
  '10.6': '1:2 2:2',
  '10.7': '1:2 2:2 3:2',
  '11.1': '1:2 2:2',
  '11.2': '1:2 2:2 3:2',
  '11.3': '1:1 2:1 3:2',
  '11.4': '1:1 2:2 3:2 4:2',
  '11.5': '1:2',
  '11.6': '1:2',
  '12.1': '1:1 2:2 3:2',
  '12.2': '1:1 2:1',
  '12.3': '1:2 2:2 3:2 4:2',
  '13.1': '1:2',
  '13.2': '1:2 2:2 3:2 4:2 5:2',
  '13.3': '1:2 2:2',
  '13.4': '1:1 2:2 3:2 4:2 5:2',
  '14.1': '1:2 2:2',
  '14.2': '1:1 2:2 3:2 4:2',
  '14.3': '1:1 2:2 3:2',
  '15.1': '1:1 2:2 3:2',
  '15.2': '1:1 2:2 3:2',
  '15.3': '1:1 2:2 3:2 4:2 5:2 6:2 7:2',
  '16.1': '1:2',
  '16.2': '1:2 2:2 3:2 4:2 5:2',
  '16.3': '1:2 2:2 3:2 4:2',
  '16.4': '1:2 2:2 3:2',
  '16.5': '1:2 2:2 3:2',
  '17.1': '1:2',
  '17.2': '1:2 2:2 3:2 4:2',
  '17.3': '1:2 2:2',
}

const levels = new Map(
  Object.entries(standard).flatMap(([section, requirements]) =>
    requirements.split(' ').map((one): [string, number] => {
      const [number = '', level = ''] = one.split(':')
      return [`${section}.${number}`, Number(level)]
    }),
  ),
)

interface Row {
  readonly id: string
  readonly level: number
  readonly asks: string
  readonly verdict: string
  readonly where: string
}

const page = await readFile(join(root, 'docs/asvs.md'), 'utf8')
const rows = page.split('\n').flatMap((line): Row[] => {
  const cells = /^\| (\d+\.\d+\.\d+) \| (\d) \| (.+?) \| (met|not applicable|not met) \| (.*) \|$/.exec(line)
  if (cells === null) return []
  const [, id = '', level = '', asks = '', verdict = '', where = ''] = cells
  return [{ id, level: Number(level), asks, verdict, where }]
})

/** `[path](target): “text in it”` */
const evidenceOf = ({ where }: Row) =>
  [...where.matchAll(/\[`([^`]+)`\]\(([^)]+)\): “([^”]+)”/g)].map(
    ([, path = '', target = '', text = '']) => ({
      path,
      target,
      text: text.replaceAll('&#124;', '|'),
    }),
  )

const plain = (text: string) => text.split(/\s+/).join(' ')

/** What is wrong with a row; nothing where its evidence is there. */
async function faultsOf(row: Row): Promise<readonly string[]> {
  const evidence = evidenceOf(row)
  if (row.verdict !== 'met') return row.where.length >= 12 ? [] : [`${row.id}: no reason`]
  if (evidence.length === 0) return [`${row.id}: met, and nothing shows it`]
  const faults: string[] = []
  for (const { path, target, text } of evidence) {
    const isThere = join(dirname('docs/asvs.md'), target) === path && existsSync(join(root, path))
    const content = isThere ? plain(await readFile(join(root, path), 'utf8')) : ''
    // A title may stand in quotation marks that it contains itself.
    if (!content.includes(text) && !content.includes(text.replaceAll("'", "\\'")))
      faults.push(`${row.id}: ${path} does not hold “${text}”`)
  }
  return faults
}

const counted = (of: readonly Row[], verdict: string) => of.filter((row) => row.verdict === verdict).length

test('every requirement of levels 1 and 2 is there once, in the order of the standard, with its level', (t) => {
  assert.equal(levels.size, 253)
  assert.equal([...levels.values()].filter((level) => level === 1).length, 70)
  assert.deepEqual(
    rows.map(({ id, level }) => [id, level]),
    [...levels],
  )
  for (const level of [1, 2]) {
    const of = rows.filter((row) => row.level === level)
    const [met, none, not] = ['met', 'not applicable', 'not met'].map((verdict) => counted(of, verdict))
    t.diagnostic(`level ${level}: ${met} met, ${none} not applicable, ${not} not met`)
  }
})

test('what is met is shown by a text of a file that is there; what is not has a reason', async () => {
  assert.deepEqual((await Promise.all(rows.map(faultsOf))).flat(), [])
})

test('the figures at the top are those of the rows', () => {
  const first = rows.filter(({ level }) => level === 1)
  assert.ok(
    plain(page).includes(
      `${counted(rows, 'met')} are met, ${counted(rows, 'not applicable')} do not apply, ${counted(rows, 'not met')} are not met. Of level 1, ${counted(first, 'met')} of 70 are met and ${counted(first, 'not met')} are not.`,
    ),
  )
})

test('a breach is found: a file that is not there, a text that is not in it, a missing reason', async () => {
  const row = { id: '1.1.1', level: 1, asks: 'x', verdict: 'met' }
  const file = '[`kernel/json.ts`](../kernel/json.ts)'
  for (const where of [
    '',
    `${file}: “nothing of the kind”`,
    '[`kernel/none.ts`](../kernel/none.ts): “x”',
    'by care',
  ])
    assert.equal((await faultsOf({ ...row, where })).length, 1, where)
  assert.equal((await faultsOf({ ...row, verdict: 'not met', where: '' })).length, 1)
  assert.deepEqual(await faultsOf({ ...row, where: `${file}: “parseJson”` }), [])
})
