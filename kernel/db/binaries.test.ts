import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { asAccount } from './account.ts'
import { installedPackage, postgresBinaries } from './binaries.ts'

const isRoot = process.getuid?.() === 0
const root = mkdtempSync(join(tmpdir(), 'khudi-binaries-'))
chmodSync(root, 0o755)
after(() => rmSync(root, { recursive: true }))

/** The package as npm leaves it when install scripts are off: no links. */
function freshPackage(folder: string): string {
  cpSync(installedPackage(), folder, {
    recursive: true,
    filter: (path) => !/\.so(\.\d+)?$/.test(path) || !isLink(path),
  })
  return folder
}

function isLink(path: string): boolean {
  return spawnSync('test', ['-L', path]).status === 0
}

test('the links that npm cannot pack are made, and the programs run', () => {
  const installed = freshPackage(join(root, 'fresh'))
  assert.equal(existsSync(join(installed, 'native/lib/libpq.so.5')), false)
  const { folder, major } = postgresBinaries({}, join(root, 'copies'), installed)
  assert.equal(folder, join(installed, 'native/bin'))
  assert.equal(major, '18')
  assert.equal(existsSync(join(root, 'copies')), false)
})

test('programs in a folder that the server’s user cannot enter are copied to one it can', {
  skip: !isRoot && 'needs root',
}, () => {
  const closed = join(root, 'closed')
  mkdirSync(closed, { mode: 0o700 })
  const installed = freshPackage(join(closed, 'package'))
  spawnSync('chmod', ['-R', 'go-rwx', installed])
  const account = { owner: { uid: 65_534, gid: 65_534 } }
  const { folder } = postgresBinaries(account, join(root, 'copies'), installed)
  assert.equal(dirname(dirname(dirname(folder))), join(root, 'copies'))
  assert.equal(spawnSync(join(folder, 'postgres'), ['--version'], asAccount(account)).status, 0)
})

test('programs that do not run are told in one sentence', () => {
  const broken = freshPackage(join(root, 'broken'))
  rmSync(join(broken, 'native/lib/libcrypto.so.1.1'))
  assert.throws(() => postgresBinaries({}, join(root, 'broken-copies'), broken), {
    code: 'database.binaries_unusable',
  })
})
