/** The vault's wrapping keys: which there are, and rotation. */
import type { Command } from 'commander'
import { type RotationProgress, rotateWrappingKey, vaultStatus } from '../../kernel/vault/rotate.ts'
import { progress } from '../progress.ts'
import { type CommonOptions, withContext } from './context.ts'

export function vaultCommands(program: Command): void {
  const vault = program.command('vault').description('keys that personal data is sealed under')
  vault.command('status').description('wrapping keys, and how many data keys lie under each').action(status)
  vault
    .command('rotate')
    .description(
      'wraps all data keys under a fresh wrapping key; payloads stay as they are, and work goes on meanwhile',
    )
    .option(
      '--destroy-old',
      'destroys earlier wrapping keys at the end: backups made before then cannot be opened, which is how an erasure reaches them',
    )
    .action(rotate)
}

async function status(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print }) => {
    const found = await vaultStatus(kernel, actor.institutionId)
    print(found, [
      ...found.wrappingKeys.map(
        ({ keyNumber, createdAt, retiredAt, destroyedAt, holders, isHeld }) =>
          `key ${keyNumber} of ${day(createdAt)}: ${holders.toLocaleString('en')} data keys, ${
            destroyedAt !== null
              ? `destroyed ${day(destroyedAt)}`
              : `${retiredAt === null ? 'in use' : `retired ${day(retiredAt)}`}${isHeld ? '' : ', MISSING from the keys'}`
          }`,
      ),
      `erased: ${found.erased.toLocaleString('en')}`,
    ])
    if (found.wrappingKeys.some(({ destroyedAt, isHeld }) => destroyedAt === null && !isHeld))
      process.exitCode = 1
  })
}

const day = (at: Date) => at.toISOString().slice(0, 10)

async function rotate(_options: unknown, command: Command): Promise<void> {
  const options: CommonOptions & { readonly destroyOld?: boolean } = command.optsWithGlobals()
  await withContext(options, async ({ kernel, actor, print, signal }) => {
    const shown = progress('Wrapping data keys anew')
    const rotation = { destroyOld: options.destroyOld === true, signal }
    let last: RotationProgress | undefined
    for await (const now of rotateWrappingKey(kernel, actor, rotation)) {
      last = now
      shown.update(now.rewrapped, now.total)
    }
    shown.end()
    if (last === undefined) throw new Error('a rotation tells at least where it begins')
    const { keyNumber, rewrapped, destroyed } = last
    print(last, [
      `key ${keyNumber} in use, ${rewrapped.toLocaleString('en')} data keys wrapped anew`,
      ...(destroyed.length === 0 ? [] : [`destroyed: key ${destroyed.join(', ')}`]),
    ])
  })
}
