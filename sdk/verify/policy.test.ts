/** Trust policies: the rules of c2sp.org/tlog-policy about lines, names, keys and counting. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FailureCode, isQuorum, NotProven, parsePolicy } from '@khudi/sdk/verify'
import fc from 'fast-check'
import { madeSigner } from '../../test/made-receipts.ts'

const log = madeSigner('log.example').vkey
const logMlDsa = madeSigner('log.example', 0x06).vkey
const keys = Array.from({ length: 40 }, (_, at) => madeSigner(`w${at}.example`, 0x04).vkey)
const [k1 = '', k2 = '', k3 = '', k4 = '', k5 = '', k6 = ''] = keys
const refusal = (code: FailureCode) => (error: unknown) =>
  error instanceof NotProven && error.failure.code === code

/** The example of the specification, with keys in their places. */
const published = `log ${log}

witness X1 ${k1}
witness X2 ${k2}
witness X3 ${k3}
group X-witnesses 2 X1 X2 X3

witness Y1 ${k4}
witness Y2 ${k5}
witness Y3 ${k6}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`

test('the published example asks for two of the first and one of the second', async () => {
  const policy = await parsePolicy(published)
  assert.deepEqual(
    policy.groups.map(({ threshold }) => threshold),
    [2, 1, 2],
  )
  const names = policy.witnesses.map(({ name }) => name)
  for (let set = 0; set < 64; set++) {
    const chosen = names.filter((_, at) => (set >> at) % 2 === 1)
    const count = (letter: string) => chosen.filter((name) => name.startsWith(letter)).length
    assert.equal(isQuorum(policy, new Set(chosen)), count('X') >= 2 && count('Y') >= 1, chosen.join(' '))
  }
})

test('one witness or nobody may be the quorum', async () => {
  const one = await parsePolicy(`witness a ${k1}\nwitness b ${k2}\nquorum a\n`)
  assert.ok(isQuorum(one, new Set(['a'])))
  assert.ok(!isQuorum(one, new Set(['b'])))
  assert.ok(isQuorum(await parsePolicy('quorum none\n'), new Set()))
})

test('spaces, tabs, comments, addresses and the order of what does not refer are free', async () => {
  const text = `\t# a comment\n \t \nquorum none  \nwitness  a\t${k1} https://w.example/ \n log ${log} https://l.example/\n`
  const policy = await parsePolicy(text)
  assert.equal(policy.witnesses[0]?.url, 'https://w.example/')
  assert.equal(policy.logs[0]?.url, 'https://l.example/')
  assert.equal(policy.logs[0]?.key.name, 'log.example')
})

test('a log may have several keys, also post-quantum ones', async () => {
  assert.equal((await parsePolicy(`log ${log}\nlog ${logMlDsa}\nquorum none\n`)).logs.length, 2)
})

test('names are opaque: a Kelvin sign is no K, and bytes need be no UTF-8', async () => {
  const kelvin = await parsePolicy(`witness K ${k1}\nwitness \u212a ${k2}\ngroup g 2 K \u212a\nquorum g\n`)
  assert.ok(!isQuorum(kelvin, new Set(['K'])))
  const bytes = (name: number) => Buffer.concat([Buffer.from('witness '), Buffer.of(name), Buffer.from(' ')])
  const latin = Buffer.concat([
    bytes(0xe9),
    Buffer.from(`${k1}\n`),
    bytes(0xe8),
    Buffer.from(`${k2}\nquorum none\n`),
  ])
  assert.equal(new Set((await parsePolicy(latin)).witnesses.map(({ name }) => name)).size, 2)
})

test('forty logs, witnesses and groups are read', async () => {
  const logs = keys.map((_, at) => `log ${madeSigner(`l${at}.example`).vkey}\n`)
  const lines = keys.map(
    (vkey, at) => `witness n${at} ${vkey}\ngroup g${at} any n${at}${at ? ` g${at - 1}` : ''}\n`,
  )
  const policy = await parsePolicy(`${logs.join('')}${lines.join('')}quorum g39\n`)
  assert.ok(isQuorum(policy, new Set(['n0'])))
})

test('what a policy may not say is refused for what it is', async () => {
  const ab = `witness a ${k1}\nwitness b ${k2}\n`
  const end = 'quorum none\n'
  const plain = madeSigner('w.example').vkey
  const wrong: readonly (readonly [FailureCode, string])[] = [
    ['policy.quorum', ''],
    ['policy.quorum', ab],
    ['policy.quorum', `${end}${end}`],
    ['policy.line', `${ab}quorum`],
    ['policy.line', `${ab}quorum\n`],
    ['policy.line', `${ab}quorum a b\n`],
    ['policy.line', `Witness a ${k1}\n${end}`],
    ['policy.line', `witness a\n${end}`],
    ['policy.line', `witness a ${k1} https://w.example/ more\n${end}`],
    ['policy.line', `log ${log} https://l.example/ more\n${end}`],
    ['policy.line', `${ab}group g any\n${end}`],
    ['policy.line', `${ab}quorum none # of them\n`],
    ['policy.name_unknown', `quorum a\n${ab}`],
    ['policy.name_unknown', `group g any a\n${ab}${end}`],
    ['policy.name_unknown', `${ab}group g any g\n${end}`],
    ['policy.name_unknown', `${ab}group g any none\n${end}`],
    ['policy.name_taken', `witness a ${k1}\nwitness a ${k2}\n${end}`],
    ['policy.name_taken', `${ab}group a any b\n${end}`],
    ['policy.name_taken', `witness none ${k1}\n${end}`],
    ['policy.name_taken', `${ab}group none any a\n${end}`],
    ['policy.key_twice', `witness a ${k1}\nwitness b ${k1}\n${end}`],
    ['policy.key_twice', `log ${log}\nlog ${log}\n${end}`],
    ['policy.member_twice', `${ab}group g 1 a a\n${end}`],
    ['policy.member_twice', `${ab}group g any a b\ngroup h any b\n${end}`],
    ['policy.threshold', `${ab}group g 0 a b\n${end}`],
    ['policy.threshold', `${ab}group g 3 a b\n${end}`],
    ['policy.threshold', `${ab}group g 01 a b\n${end}`],
    ['policy.threshold', `${ab}group g most a b\n${end}`],
    ['policy.characters', `${ab.replaceAll('\n', '\r\n')}${end}`],
    ['policy.characters', `# \u007f\n${end}`],
    ['policy.characters', `# \0\n${end}`],
    ['vkey.type', `witness a ${plain}\n${end}`],
    ['vkey.type', `log ${k1}\n${end}`],
    ['vkey.id', `log ${log.replace('log', 'lag')}\n${end}`],
  ]
  for (const [code, text] of wrong) await assert.rejects(parsePolicy(text), refusal(code), `${code}: ${text}`)
})

test('a key under another name or id is the same key', async () => {
  const material = k1.slice(k1.lastIndexOf('+', k1.indexOf('+') + 10) + 1)
  const { createHash } = await import('node:crypto')
  const id = createHash('sha256')
    .update('x.example\n')
    .update(Buffer.from(material, 'base64'))
    .digest('hex')
    .slice(0, 8)
  const text = `witness a ${k1}\nwitness b x.example+${id}+${material}\nquorum none\n`
  await assert.rejects(parsePolicy(text), refusal('policy.key_twice'))
})

test('a quorum never falls when another witness signs', async () => {
  const policy = await parsePolicy(published)
  const names = policy.witnesses.map(({ name }) => name)
  fc.assert(
    fc.property(fc.subarray(names), fc.subarray(names), (some, more) => {
      if (isQuorum(policy, new Set(some))) assert.ok(isQuorum(policy, new Set([...some, ...more])))
    }),
  )
})
