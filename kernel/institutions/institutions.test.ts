import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshKernel } from '../../test/kernel.ts'
import { foundInstitution, institutionNamed, institutions, samplingKeyOf } from './institutions.ts'

const { kernel, database, clock } = await freshKernel()
const title = { en: 'Collectorate of Customs', ur: 'کلکٹریٹ آف کسٹمز' }
const found = (slug: string) => foundInstitution(kernel, { name: 'operator:test' }, { slug, title })

test('an institution is found by its short name, with its title in both languages', async () => {
  const founded = await found('customs-karachi')
  assert.deepEqual([founded.titleEn, founded.titleUr, founded.createdAt], [title.en, title.ur, clock.now])
  assert.deepEqual(await institutionNamed(kernel, 'customs-karachi'), founded)
})

test('a name that nobody has is refused', async () => {
  await assert.rejects(institutionNamed(kernel, 'nowhere'), { code: 'institution.not_found' })
})

test('every institution is listed, oldest first', async () => {
  await found('second')
  clock.advance(1_000)
  await found('third')
  const slugs = (await institutions(kernel)).map(({ slug }) => slug)
  assert.ok(slugs.indexOf('second') < slugs.indexOf('third'))
})

test('each draws its samples by a secret of its own', async () => {
  const keyOf = async (slug: string) => {
    const { institutionId } = await found(slug)
    return Buffer.from(await kernel.db.transaction(institutionId, samplingKeyOf))
  }
  const [first, second] = [await keyOf('fourth'), await keyOf('fifth')]
  assert.equal(first.length, 32)
  assert.notDeepEqual(first, second)
})

test('a short name is taken once, and has the form of an address', async () => {
  await found('taken')
  await assert.rejects(found('taken'), { code: 'institution.exists' })
  for (const slug of ['', 'A', '1st', 'with space', 'x'.repeat(70), "'; drop table cases; --"])
    await assert.rejects(found(slug), { code: 'institution.slug_invalid' })
  const owner = await database.connect()
  const { rows } = await owner.query(`select from institutions where slug = 'taken'`)
  assert.equal(rows.length, 1)
})
