/** Check 5: somebody made up is taken in, decided, refused and backed up; nothing that names them is anywhere in clear. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { backup } from '../backup/backup.ts'
import { intake } from '../decisions/intake.ts'
import type { Found, Subject } from './check.ts'
import { tablesOf } from './owner.ts'
import {
  inSandbox,
  openProbeCase,
  type ProbePerson,
  placeEntries,
  probe,
  probePerson,
  type Sandbox,
} from './sandbox.ts'

/** A place where something may have been written, and what stands there. */
interface Written {
  readonly place: string
  readonly bytes: Buffer
}

export async function canariesStaySealed({ openSandbox }: Subject): Promise<Found> {
  const person = probePerson(5)
  const { places, showing } = await inSandbox(openSandbox, async (sandbox) => {
    const said = await plant(sandbox, person)
    let places = 0
    const showing: string[] = []
    for await (const { place, bytes } of everythingWritten(sandbox, said)) {
      places += 1
      if (shows(bytes, person)) showing.push(place)
    }
    return { places, showing }
  })
  if (showing.length === 0)
    return {
      state: 'green',
      count: places,
      says: {
        en: `A made-up person was taken in; ${places} tables, files, backups and error texts were searched, and nothing names them in clear`,
        ur: `ایک فرضی شخص درج کیا گیا؛ ${places} جدول، فائلیں، بیک اپ اور خرابی کے متن دیکھے گئے، کہیں اس کا نام کھلا نہیں`,
      },
    }
  return {
    state: 'red',
    count: places,
    says: { en: `In clear in: ${showing.join(', ')}`, ur: `کھلا ہوا ان میں: ${showing.join('، ')}` },
  }
}

/** Takes the person in, and sends what is refused; answers what was said of it. */
async function plant(sandbox: Sandbox, person: ProbePerson): Promise<string> {
  const { kernel, operator } = sandbox
  await openProbeCase(sandbox, person)
  const bad = [
    { ...person, filedOn: person.name },
    { ...person, number: 'PROBE-9', filedOn: '2026-01-01', cnic: person.name },
  ]
  const submissions = [...bad.map((one) => ({ json: JSON.stringify(one) })), { json: `{"${person.name}` }]
  const request = { applicationId: probe, source: 'sample', isDecided: true, submissions } as const
  const results = await intake(kernel, operator, request)
  if (results.some(({ status }) => status !== 'refused')) throw new Error('a bad case was taken')
  await placeEntries(sandbox)
  return JSON.stringify(results)
}

async function* everythingWritten(sandbox: Sandbox, said: string): AsyncGenerator<Written> {
  const { cluster, folder, objectsFolder, kernel } = sandbox
  yield { place: 'error texts', bytes: Buffer.from(said) }
  for await (const { name, text } of tablesOf(cluster)) yield { place: name, bytes: text }
  const destination = join(folder, 'backup.tar')
  await backup({ cluster, objectsFolder, destination, productVersion: 'probe', now: kernel.clock() })
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  for (const { parentPath, name } of entries.filter((entry) => entry.isFile())) {
    const path = join(parentPath, name)
    yield {
      place: path.slice(folder.length + 1),
      bytes: Buffer.concat([Buffer.from(path), readFileSync(path)]),
    }
  }
}

/** As it is, in hexadecimal digits, or in base64 at any of its three offsets. */
function shows(bytes: Buffer, { name, cnic }: ProbePerson): boolean {
  return [name, cnic, cnic.slice(5)].some((text) => formsOf(text).some((form) => bytes.includes(form)))
}

function formsOf(text: string): readonly string[] {
  const offsets = [0, 1, 2].map((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]).toString('base64')
    // The first and last characters also depend on what stands around it.
    return whole.slice(offset === 0 ? 0 : 4, -4)
  })
  return [text, Buffer.from(text).toString('hex'), ...offsets.filter((one) => one.length >= 8)]
}
