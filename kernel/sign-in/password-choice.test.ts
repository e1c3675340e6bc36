import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isCommon, requireGoodPassword } from './password-choice.ts'

/** From the lists of leaked passwords that are published every year, those of twelve characters and more, and what people make of them. */
const common = [
  'password1234',
  'Password123!',
  'P@ssw0rd1234',
  'passwordpassword',
  'qwertyuiop12',
  'qwertyuiopasdf',
  '1qaz2wsx3edc',
  '1q2w3e4r5t6y7u8i',
  '123456789012',
  '111111111111',
  'abcdefghijkl',
  'iloveyou1234',
  'Pakistan@12345',
  'pakistanzindabad',
  'Lahore#2026!!',
  'admin1234567',
  'administrator1',
  'Welcome@2026',
  'letmein12345',
  'changeme1234',
  'aaaaaaaaaaaaa',
  'Khudi2026!!!',
  'football12345',
  'superman12345',
]

test('common passwords are refused', () => {
  assert.deepEqual(
    common.filter((password) => !isCommon(password)),
    [],
  )
})

test('a password of the account’s own name is refused', () => {
  assert.throws(() => requireGoodPassword('Amina.Khan.2026', ['amina.khan']), {
    code: 'access.password_common',
  })
  requireGoodPassword('Amina eats purple lamps', ['amina.khan'])
})

test('several words that do not belong together are welcome, in any script, and nothing is asked of their characters', () => {
  for (const password of [
    'correct horse battery staple',
    'nine copper umbrellas',
    'tilting crayon vestibule',
    'دھوپ میں کتاب اور چائے',
    'xk7vqmzp2rwt',
    'neelam ki patang udti',
    '🌧️ zhjkrcloud brothw',
  ])
    requireGoodPassword(password, ['amina'])
})

test('length is counted in characters as a person sees them typed, from 12 to 256', () => {
  const random = (length: number) =>
    fc.array(fc.constantFrom(...'bdfhkmpqtvwxz2689'), { minLength: length, maxLength: length })
  fc.assert(
    fc.property(random(11), (characters) => {
      assert.throws(() => requireGoodPassword(characters.join(''), []), { code: 'access.password_short' })
    }),
  )
  assert.throws(() => requireGoodPassword('🦜'.repeat(11), []), { code: 'access.password_short' })
  assert.throws(() => requireGoodPassword('kx9 '.repeat(65), []), { code: 'access.password_long' })
})

test('passwords that a generator makes are taken', () => {
  const generated = fc.uint8Array({ minLength: 12, maxLength: 12 }).filter((bytes) => new Set(bytes).size > 9)
  fc.assert(
    fc.property(generated, (bytes) => {
      requireGoodPassword(Buffer.from(bytes).toString('base64url'), ['amina'])
    }),
    { numRuns: 200 },
  )
})
