import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isQuorum, parsePolicy } from '@khudi/sdk/verify'
import fc from 'fast-check'
import { freshKernel } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { signedLog } from '../../test/signed-log.ts'
import { operatorActor } from '../access/roles.ts'
import { newPrivateKey, signerOn } from '../keys/signing.ts'
import { cosignerVkey } from './note.ts'
import { askedWitnesses, policyOf, policyStatement, setPolicy } from './policy.ts'

const { kernel, database, clock } = await freshKernel([])
const owner = await database.connect()

const vkeys = Array.from({ length: 7 }, (_, index) =>
  cosignerVkey({ name: `w${index}.example`, signer: signerOn('ed25519', newPrivateKey('ed25519')) }),
)
const witnessLines = (count: number) =>
  vkeys.slice(0, count).map((vkey, index) => `witness w${index} ${vkey} https://w${index}.example/w/\n`)
const two = `${witnessLines(3).join('')}group all-of-us 2 w0 w1 w2\nquorum all-of-us\n`

test('the last policy that was set is in force; without one no witness is needed', async () => {
  const { institutionId, operator } = await signedLog(kernel, 'policy')
  assert.equal((await policyOf(kernel, institutionId)).policy.quorum, 'none')
  await setPolicy(kernel, operator, two)
  clock.advance(1)
  const three = two.replace(' 2 ', ' all ')
  await setPolicy(kernel, operator, three)
  const { text, policy } = await policyOf(kernel, institutionId)
  assert.equal(text, three)
  assert.deepEqual(
    askedWitnesses(policy).map(({ name, url }) => [name, url]),
    [0, 1, 2].map((index) => [`w${index}`, `https://w${index}.example/w`]),
  )
})

test('setting a policy is an entry of the log, which the stored policy bears out', async () => {
  const { institutionId, operator } = await signedLog(kernel, 'entry')
  await setPolicy(kernel, operator, two)
  await setPolicy(kernel, operator, 'quorum none\n')
  assert.deepEqual(await contradictions(owner, institutionId), [])
})

const bad: readonly (readonly [string, string])[] = [
  ['an unknown quorum', 'quorum somebody\n'],
  ['no quorum', witnessLines(1).join('')],
  ['no line end', 'quorum none'],
  ['a witness without a URL', `witness w ${vkeys[0]}\nquorum w\n`],
  ['a witness at a file', `witness w ${vkeys[0]} file:///etc/passwd\nquorum w\n`],
  ['a key of a log as a witness', 'witness w a+00000000+AAAA https://w\nquorum w\n'],
]

for (const [what, text] of bad)
  test(`${what} is refused, and the policy before stays`, async () => {
    const { institutionId, operator } = await signedLog(
      kernel,
      `bad-${bad.findIndex(([one]) => one === what)}`,
    )
    await setPolicy(kernel, operator, two)
    await assert.rejects(setPolicy(kernel, operator, text), { code: 'log.policy_invalid' })
    assert.equal((await policyOf(kernel, institutionId)).text, two)
  })

test('only whoever may manage the log sets its policy', async () => {
  const { institutionId } = await signedLog(kernel, 'scope')
  const actor = { ...operatorActor(institutionId, 'test'), roles: ['engineer', 'auditor'] }
  await assert.rejects(setPolicy(kernel, actor, two), { code: 'access.scope_missing' })
})

test('a policy is stated as the least number of its witnesses', async () => {
  const statement = async (text: string) => policyStatement({ text, policy: await parsePolicy(text) })
  const lines = witnessLines(5).join('')
  assert.equal(await statement('quorum none\n'), '0/0')
  assert.equal(await statement(`${lines}quorum w3\n`), '1/1')
  assert.equal(await statement(two), '2/3')
  const nested = `group a 2 w0 w1 w2\ngroup b any w3 w4\ngroup c all a b\nquorum c\n`
  assert.equal(await statement(lines + nested), '3/5')
})

/** Random groups over the witnesses: each step joins some of what is still free. */
const groupings = fc.array(
  fc.record({
    take: fc.integer({ min: 1, max: 3 }),
    threshold: fc.double({ min: 0, max: 0.999, noNaN: true }),
  }),
  { minLength: 1, maxLength: 4 },
)

test('no fewer cosignatures than stated satisfy a policy, and that many can', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 7 }), groupings, async (count, groups) => {
      let free = Array.from({ length: count }, (_, index) => `w${index}`)
      let text = witnessLines(count).join('')
      groups.forEach(({ take, threshold }, index) => {
        const members = free.slice(0, take)
        text += `group g${index} ${1 + Math.floor(threshold * members.length)} ${members.join(' ')}\n`
        free = [...free.slice(take), `g${index}`]
      })
      const policy = await parsePolicy(`${text}quorum ${free.at(-1)}\n`)
      const [least] = policyStatement({ text, policy }).split('/').map(Number)
      const sizes = Array.from({ length: 2 ** count }, (_, mask) =>
        policy.witnesses.filter((_one, index) => ((mask >> index) & 1) === 1).map(({ name }) => name),
      )
        .filter((names) => isQuorum(policy, new Set(names)))
        .map(({ length }) => length)
      assert.equal(Math.min(...sizes), least)
    }),
  )
})
