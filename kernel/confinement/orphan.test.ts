/** A server that is killed leaves no application behind, not even one that spins. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freshFolder } from '../../test/kernel.ts'

const skip =
  spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0 ? false : 'this machine has no setpriv'

test('a confined process that spins ends with the server that was killed', { skip }, async () => {
  const folder = freshFolder('orphan')
  writeFileSync(join(folder, 'spin.mjs'), 'for (;;);')
  const program = `
    import { launch } from ${JSON.stringify(new URL('launch.ts', import.meta.url).href)}
    import { usualCaps } from ${JSON.stringify(new URL('caps.ts', import.meta.url).href)}
    const folder = ${JSON.stringify(folder)}
    const given = { applicationId: 'spin', folder, digest: new Uint8Array(32), enginesFolder: folder, entry: folder + '/spin.mjs' }
    console.log(launch(given, usualCaps).pid)
    setInterval(() => undefined, 1_000)`
  const server = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(server.stdout, 'data')
  const pid = Number(String(line))
  assert.ok(isAlive(pid))
  // Until the shell has become Node, and Node spins.
  await sleep(500)
  server.kill('SIGKILL')
  for (let waited = 0; isAlive(pid) && waited < 5_000; waited += 50) await sleep(50)
  assert.equal(isAlive(pid), false)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
