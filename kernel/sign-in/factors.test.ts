import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import { foundInstitution, freshKernel, makeOfficer } from '../../test/kernel.ts'
import { contradictions, entryCounts } from '../../test/log.ts'
import { beginTotp, enrollingSession, finishTotp } from './enrolment.ts'
import { factorsOf, removeOwnFactor, renewRecoveryCodes, resetFactors } from './factors.ts'
import { changePassword, resetPassword } from './passwords.ts'
import { setSecondFactor } from './rules.ts'
import { actorOfSession, unknownBrowser as browser, type SignedIn } from './sessions.ts'
import { answerSecondFactor, proveAgain, signIn } from './sign-in.ts'

const { kernel, another, database, clock } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const administrator = await makeOfficer(kernel, operator, { username: 'admin', roles: ['administrator'] })
const freshAdministrator = () => ({ ...administrator, verifiedAt: clock.now })
const stepMs = 30_000

let made = 0
/** A new person with a password. */
async function person() {
  made += 1
  const username = `person-${made}`
  const officer = await makeOfficer(kernel, operator, { username, roles: ['officer'] })
  const enter = (password = `${username} password`) => signIn(kernel, { institutionId, username, password })
  return { username, accountId: officer.accountId, enter, password: `${username} password` }
}

/** The code that an app with this secret shows now. */
const codeOf = (secret: string) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now.getTime() })

/** Enrols an app, as the page does it. */
async function enrolled({ token }: SignedIn) {
  const session = await enrollingSession(kernel, token)
  const { ceremony, secret } = await beginTotp(kernel, session, { product: 'Khudi' })
  const done = await finishTotp(kernel, token, { ceremony, code: codeOf(secret), browser })
  if (!done.isEnrolled) throw new Error('the code was right')
  clock.advance(stepMs)
  return { secret, codes: done.codes ?? [], session: done.session }
}

async function actorOf({ token }: SignedIn) {
  const found = await actorOfSession(kernel, token)
  if (found === undefined) throw new Error('the session is not good')
  return found
}

const answer = ({ token }: SignedIn, code: string, process = kernel) =>
  answerSecondFactor(process, token, { code, browser })

const refusedWith = (code: string) => (error: { readonly code?: string }) => error.code === code

test('where a second factor is required, the password alone opens nothing but its enrolment', async () => {
  await setSecondFactor(kernel, operator, 'required')
  const { enter } = await person()
  const first = await enter()
  assert.equal(first.stage, 'enrolment')
  assert.equal(first.device, undefined)
  assert.equal(await actorOfSession(kernel, first.token), undefined)
  await assert.rejects(proveAgain(kernel, first.token, { password: 'x', code: '', browser }), {
    code: 'access.not_signed_in',
  })
  const { session, codes } = await enrolled(first)
  assert.equal(session.stage, 'full')
  assert.equal(codes.length, 10)
  await actorOf(session)
  assert.equal(await actorOfSession(kernel, first.token), undefined)
  await setSecondFactor(kernel, operator, 'optional')
})

test('an institution that said nothing requires a second factor', async () => {
  const silent = await foundInstitution(kernel, 'silent')
  await owner.query('delete from sign_in_rules where institution_id = $1', [silent.institutionId])
  await makeOfficer(kernel, silent, { username: 'person', roles: ['officer'] })
  const given = { institutionId: silent.institutionId, username: 'person', password: 'person password' }
  assert.equal((await signIn(kernel, given)).stage, 'enrolment')
})

test('who has an app signs in with its code, and each code is good once', async () => {
  const { enter } = await person()
  const { secret } = await enrolled(await enter())
  const [first, second] = [await enter(), await enter()]
  assert.equal(first.stage, 'second_factor')
  assert.equal(await actorOfSession(kernel, first.token), undefined)
  await assert.rejects(answer(first, '000000'), refusedWith('access.code_wrong'))
  const code = codeOf(secret)
  await actorOf(await answer(first, code))
  await assert.rejects(answer(second, code), refusedWith('access.code_wrong'))
  await assert.rejects(answer(first, code), refusedWith('access.not_signed_in'))
  clock.advance(stepMs)
  await actorOf(await answer(second, codeOf(secret)))
})

test('of many who send the same code at once, in several processes, one gets in', async () => {
  const { enter } = await person()
  const { secret } = await enrolled(await enter())
  const sessions = [await enter(), await enter(), await enter(), await enter()]
  const code = codeOf(secret)
  const other = another()
  const results = await Promise.allSettled(
    sessions.map((session, at) => answer(session, code, at % 2 === 0 ? kernel : other)),
  )
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('codes cannot be guessed: five at once, ten an hour, and the account’s password is not asked less', async () => {
  const { enter } = await person()
  await enrolled(await enter())
  const session = await enter()
  for (let guess = 0; guess < 5; guess++)
    await assert.rejects(answer(session, '123456'), refusedWith('access.code_wrong'))
  await assert.rejects(answer(session, '123456'), refusedWith('access.sign_in_slowed'))
  assert.equal((await enter()).stage, 'second_factor')
})

test('a recovery code gets in once, also where it is sent twice at the same time', async () => {
  const { enter } = await person()
  const { codes } = await enrolled(await enter())
  const [first = '', second = ''] = codes
  const sessions = [await enter(), await enter()]
  const results = await Promise.allSettled(sessions.map((session) => answer(session, first)))
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  await assert.rejects(answer(await enter(), first), refusedWith('access.code_wrong'))
  await actorOf(await answer(await enter(), second.toLowerCase()))
})

test('new recovery codes end the ones before, and need a fresh proof', async () => {
  const { enter } = await person()
  const { codes, session, secret } = await enrolled(await enter())
  const { actor } = await actorOf(session)
  const renewed = await renewRecoveryCodes(kernel, actor)
  await assert.rejects(answer(await enter(), codes[0] ?? ''), refusedWith('access.code_wrong'))
  await actorOf(await answer(await enter(), renewed[0] ?? ''))
  clock.advance(kernel.signIn.freshMs + 1)
  await assert.rejects(renewRecoveryCodes(kernel, actor), refusedWith('access.proof_stale'))
  const again = await proveAgain(kernel, session.token, {
    password: `person-${made} password`,
    code: codeOf(secret),
    browser,
  })
  await renewRecoveryCodes(kernel, (await actorOf(again)).actor)
})

test('the last second factor is removed only where none is required', async () => {
  const { enter, accountId } = await person()
  const { session } = await enrolled(await enter())
  const { actor } = await actorOf(session)
  const { totp } = await factorsOf(kernel, actor)
  await setSecondFactor(kernel, operator, 'required')
  await assert.rejects(
    removeOwnFactor(kernel, actor, totp?.factorId ?? ''),
    refusedWith('access.factor_last'),
  )
  await setSecondFactor(kernel, operator, 'optional')
  await removeOwnFactor(kernel, actor, totp?.factorId ?? '')
  await assert.rejects(
    removeOwnFactor(kernel, actor, totp?.factorId ?? ''),
    refusedWith('access.factor_unknown'),
  )
  assert.deepEqual(await factorsOf(kernel, { institutionId, accountId }), {
    totp: undefined,
    passkeys: [],
    recoveryCodes: undefined,
  })
  assert.equal((await enter()).stage, 'full')
})

test('one’s factor is nobody else’s to remove', async () => {
  const [mine, other] = [await person(), await person()]
  const { session } = await enrolled(await mine.enter())
  const { totp } = await factorsOf(kernel, (await actorOf(session)).actor)
  const { actor: stranger } = await actorOf((await enrolled(await other.enter())).session)
  await assert.rejects(
    removeOwnFactor(kernel, stranger, totp?.factorId ?? ''),
    refusedWith('access.factor_unknown'),
  )
})

test('a wrong first code enrols nothing and keeps the secret; a ceremony is of one account and one use', async () => {
  const { enter, accountId } = await person()
  const session = await enter()
  const about = await enrollingSession(kernel, session.token)
  const { ceremony, secret } = await beginTotp(kernel, about, { product: 'Khudi' })
  const wrong = await finishTotp(kernel, session.token, { ceremony, code: '000000', browser })
  assert.deepEqual(wrong, { isEnrolled: false, secret })
  const once = finishTotp(kernel, session.token, { ceremony, code: codeOf(secret), browser })
  await assert.rejects(once, refusedWith('access.ceremony_over'))
  const again = await beginTotp(kernel, about, { product: 'Khudi', secret })
  const stranger = await (await person()).enter()
  const theirs = finishTotp(kernel, stranger.token, {
    ceremony: again.ceremony,
    code: codeOf(secret),
    browser,
  })
  await assert.rejects(theirs, refusedWith('access.ceremony_over'))
  assert.equal((await factorsOf(kernel, { institutionId, accountId })).totp, undefined)
})

test('who came with the password alone cannot enrol past a factor that its holder enrolled meanwhile', async () => {
  await setSecondFactor(kernel, operator, 'required')
  const { enter } = await person()
  const [holder, thief] = [await enter(), await enter()]
  const { ceremony, secret } = await beginTotp(kernel, await enrollingSession(kernel, thief.token), {
    product: 'Khudi',
  })
  await enrolled(holder)
  const late = finishTotp(kernel, thief.token, { ceremony, code: codeOf(secret), browser })
  await assert.rejects(late, refusedWith('access.factor_present'))
  await setSecondFactor(kernel, operator, 'optional')
})

test('an administrator takes another’s factors away, ends their sessions, and cannot sign in as them', async () => {
  const { enter, accountId, password } = await person()
  const { session, codes } = await enrolled(await enter())
  const { actor } = await actorOf(session)
  await assert.rejects(
    resetFactors(kernel, actor, administrator.accountId),
    refusedWith('access.scope_missing'),
  )
  const stale = { ...administrator, verifiedAt: new Date(0) }
  await assert.rejects(resetFactors(kernel, stale, accountId), refusedWith('access.proof_stale'))
  const own = resetFactors(kernel, freshAdministrator(), administrator.accountId)
  await assert.rejects(own, refusedWith('access.account_own'))
  await assert.rejects(
    resetFactors(kernel, freshAdministrator(), '01890000-0000-7000-8000-00000000dead'),
    refusedWith('access.account_unknown'),
  )
  await resetFactors(kernel, freshAdministrator(), accountId)
  assert.equal(await actorOfSession(kernel, session.token), undefined)
  const again = await enter(password)
  assert.equal(again.stage, 'full')
  await assert.rejects(answer(again, codes[0] ?? ''), refusedWith('access.not_signed_in'))
  await assert.rejects(
    resetPassword(kernel, freshAdministrator(), accountId),
    refusedWith('access.scope_missing'),
  )
})

test('a password is changed with the old one; other sessions end and the old one is good for nothing', async () => {
  const { enter, password } = await person()
  const [session, other] = [await enter(), await enter()]
  const { actor, sessionId } = await actorOf(session)
  const change = (old: string, fresh: string) => changePassword(kernel, actor, { old, fresh, sessionId })
  await assert.rejects(change('wrong', 'four umbrellas of tin'), refusedWith('access.password_wrong'))
  await assert.rejects(change(password, 'short'), refusedWith('access.password_short'))
  await assert.rejects(change(password, 'password123456'), refusedWith('access.password_common'))
  await change(password, 'four umbrellas of tin')
  await actorOf(session)
  assert.equal(await actorOfSession(kernel, other.token), undefined)
  await assert.rejects(enter(password), refusedWith('access.sign_in_failed'))
  assert.equal((await enter('four umbrellas of tin')).stage, 'full')
})

test('the operator sets a new password, which ends the sessions', async () => {
  const { enter, accountId, password } = await person()
  const session = await enter()
  const fresh = await resetPassword(kernel, operator, accountId)
  assert.equal(await actorOfSession(kernel, session.token), undefined)
  await assert.rejects(enter(password), refusedWith('access.sign_in_failed'))
  assert.equal((await enter(fresh)).stage, 'full')
})

test('no secret of an app, and no recovery code, stands in the database', async () => {
  const { enter } = await person()
  const { secret, codes } = await enrolled(await enter())
  const { rows } = await owner.query<{ text: string }>(
    `select string_agg(row::text, ',') as text from (select factors::text as row from factors
       union all select sign_in_ceremonies::text from sign_in_ceremonies) as rows`,
  )
  const text = rows[0]?.text ?? ''
  const forms = [secret, Buffer.from(secret).toString('hex'), Secret.fromBase32(secret).hex.toLowerCase()]
  for (const given of [...forms, ...codes, ...codes.map((code) => code.replaceAll('-', ''))])
    assert.ok(!text.includes(given), given)
  assert.ok(text.length > 500)
})

test('everything that was done to factors and passwords is in the log, as it stands in the database', async () => {
  assert.deepEqual(await contradictions(owner, institutionId), [])
  const counts = await entryCounts(owner, institutionId)
  for (const kind of ['factor.added', 'factor.removed', 'password.set', 'sign_in.rule_set'])
    assert.ok((counts.get(kind) ?? 0) > 1, kind)
})
