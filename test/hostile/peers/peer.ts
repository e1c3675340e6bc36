/** Speaks to the server in place of the confined worker, and says what no worker would. Which lie is the name it is started by. */
import { readSync, writeSync } from 'node:fs'
import { deserialize } from 'node:v8'

function hear(): { kind: string; payloads?: unknown[]; start?: { applicationId: string } } {
  const head = Buffer.alloc(4)
  if (readSync(0, head) === 0) process.exit(0)
  const body = Buffer.alloc(head.readUInt32BE())
  for (let at = 0; at < body.length; ) at += readSync(0, body, at, body.length - at, null)
  return deserialize(body)
}

function write(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at)
}

function sayText(text: string): void {
  const body = Buffer.from(text)
  const head = Buffer.alloc(4)
  head.writeUInt32BE(body.length)
  write(Buffer.concat([head, body]))
}

const say = (said: unknown) => sayText(JSON.stringify(said))
const facts = { reference: 'A', occurredOn: '2026-01-01', subject: null, unit: null }
const decided = { recommendation: 'nothing', reasons: [] }
const endless = () => {
  const megabyte = Buffer.alloc(2 ** 20, 120)
  for (;;) write(megabyte)
}

const lies: Readonly<Record<string, (count: number) => void>> = {
  'another-case': () => say({ said: 'read', index: 1, facts }),
  'a-case-that-is-not-there': () => say({ said: 'read', index: 99, facts }),
  twice: () => {
    say({ said: 'read', index: 0, facts })
    say({ said: 'decided', index: 0, decided })
    say({ said: 'decided', index: 0, decided: { ...decided, recommendation: 'reached' } })
  },
  'decided-before-read': () => say({ said: 'decided', index: 0, decided }),
  'too-few': () => {
    say({ said: 'read', index: 0, facts })
    say({ said: 'decided', index: 0, decided })
    say({ said: 'done', value: null })
  },
  'no-json': () => sayText('{"said":'),
  'a-prototype': () =>
    sayText(
      '{"said":"read","index":0,"facts":{"reference":"A","occurredOn":"2026-01-01","subject":null,"unit":null,"__proto__":{"polluted":"yes"}}}',
    ),
  'deep-nesting': () => sayText(`{"said":"done","value":${'['.repeat(200_000)}${']'.repeat(200_000)}}`),
  'a-giant-announced': () => write(Buffer.from([0xff, 0xff, 0xff, 0xff])),
  'an-endless-answer': endless,
  'a-day-that-is-none': () => say({ said: 'read', index: 0, facts: { ...facts, occurredOn: '2026-02-30' } }),
  'a-reference-with-a-nul': () => say({ said: 'read', index: 0, facts: { ...facts, reference: 'A\u0000' } }),
  'the-platforms-own-subject': () => say({ said: 'read', index: 0, facts: { ...facts, subject: 'case:1' } }),
  'a-refusal-of-its-own': () =>
    say({ said: 'error', message: 'x', refusal: { code: 'access.not_signed_in', parameters: {} } }),
  'a-message-of-node': () => sayText('{"cmd":"NODE_HANDLE","type":"net.Socket"}'),
}

const { start } = hear()
say({ said: 'done', value: null })
for (;;) {
  const told = hear()
  lies[start?.applicationId ?? '']?.(told.payloads?.length ?? 0)
}
