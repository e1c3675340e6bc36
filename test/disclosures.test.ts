/** No application of ours keeps in clear what names a person, nor takes it into a model, as far as its own samples show. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { testApplication } from '@khudi/sdk/test'
import { loadApplications } from '../kernel/register/applications.ts'
import { root } from './files.ts'

const folders = ['applications', 'test/applications', 'test/people', 'server/pages/sample/applications']

test('the samples of every application show nothing of a person in clear', async () => {
  for (const folder of folders) {
    const found = await loadApplications([join(root, folder)])
    assert.notEqual(found.size, 0, folder)
    for (const { application } of found.values()) {
      const cases = application.sample?.({ seed: 2, count: 500 }) ?? []
      assert.deepEqual(testApplication(application).disclosures(cases), [], application.id)
    }
  }
})
