/** Runs a program where there is no network but this machine's loopback: a network namespace of its own, without a route. */
import { spawnSync } from 'node:child_process'

/** Set in the namespace, to the reason where there is none. */
export const inNamespace = 'KHUDI_TEST_NAMESPACE'

/** The words before a command that put it there; a sentence where this machine does not allow it. */
export function namespaceWords(): readonly string[] | string {
  const uid = process.getuid?.() ?? 0
  const gid = process.getgid?.() ?? 0
  const upThen = 'ip link set lo up && exec "$@"'
  // As root the namespace needs no other user. Others become root in it to bring loopback up, and themselves again.
  const words =
    uid === 0
      ? ['unshare', '--net', 'sh', '-c', upThen, 'sh']
      : [
          ...['unshare', '--user', '--map-root-user', '--net', 'sh', '-c', upThen, 'sh'],
          ...['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`],
        ]
  const [program = '', ...parameters] = words
  const { status, error, stderr } = spawnSync(program, [...parameters, 'true'], { encoding: 'utf8' })
  if (status === 0) return words
  return (error?.message ?? stderr.trim()) || `${program} ended with ${status}`
}
