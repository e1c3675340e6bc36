/** A log's keys follow one another: the old one names the new one, and nobody else does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FailureCode, NotProven, verifyHandover } from '@khudi/sdk/verify'
import { type MadeSigner, madeSigner } from '../../test/made-receipts.ts'

const old = madeSigner('customs.example/log')
const next = madeSigner('customs.example/log')
const textOf = (origin: string, { vkey }: MadeSigner) => `khudi log key handover/v1\n${origin}\n${vkey}\n`
const text = textOf(old.name, next)
const signed = (body: string, by: MadeSigner = old) => `${body}\n${by.line(body)}`
const refusal = (code: FailureCode) => (error: unknown) =>
  error instanceof NotProven && error.failure.code === code

test('the old key names the next one, step by step', async () => {
  assert.equal((await verifyHandover(signed(text), old.vkey)).vkey, next.vkey)
  const third = madeSigner('customs.example/log', 0x06)
  const further = signed(textOf(next.name, third), next)
  assert.equal((await verifyHandover(further, next.vkey)).vkey, third.vkey)
})

test('a handover that the trusted key did not sign, or of something else, is refused', async () => {
  const elsewhere = madeSigner('land.example/log')
  const witness = madeSigner('customs.example/log', 0x04)
  const wrong: readonly (readonly [FailureCode, string, string?])[] = [
    ['handover.not_signed', signed(text, next)],
    ['handover.not_signed', signed(text, elsewhere)],
    ['signature.wrong', `${text.replace('customs', 'customz')}\n${old.line(text)}`],
    ['handover.origin', signed(textOf('land.example/log', elsewhere))],
    ['handover.key', signed(textOf(old.name, elsewhere))],
    ['handover.key', signed(textOf(old.name, old))],
    ['handover.key', signed(textOf(old.name, witness))],
    ['handover.key', signed(text), witness.vkey],
    ['handover.form', signed(text.replace('v1', 'v2'))],
    ['handover.form', signed(`${text}more\n`)],
    ['handover.form', signed(`khudi log key handover/v1\n${old.name}\n`)],
    ['vkey.form', signed(`khudi log key handover/v1\n${old.name}\nkey\n`)],
    ['note.form', text],
  ]
  for (const [code, note, trusted = old.vkey] of wrong)
    await assert.rejects(verifyHandover(note, trusted), refusal(code), `${code}: ${note}`)
})
