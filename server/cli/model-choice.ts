/** Which model a command is about. */
import { InvalidArgumentError } from 'commander'
import { Refusal } from '../../kernel/errors.ts'
import { type ModelRow, modelsOf } from '../../kernel/models/models.ts'
import { installed } from '../../kernel/register/register.ts'
import type { CommandContext } from './context.ts'

export const application = ['<application>', 'id of the application'] as const

/** The model of this name, or the only one that the application declares. @throws Refusal `model.not_declared` */
export function modelNameOf(
  { kernel }: Pick<CommandContext, 'kernel'>,
  applicationId: string,
  given: string | undefined,
): string {
  const [only, another] = Object.keys(installed(kernel, applicationId).application.models)
  const name = given ?? (another === undefined ? only : undefined)
  if (name === undefined) throw new Refusal('model.not_declared', { application: applicationId, model: '' })
  return name
}

/** @throws Refusal `model.not_found`, `command.digest_ambiguous` */
export async function modelOf(
  { kernel, actor }: CommandContext,
  applicationId: string,
  digest: string,
): Promise<ModelRow> {
  const models = await modelsOf(kernel, actor, applicationId)
  const [found, another] = models.filter((one) => hexOf(one).startsWith(digest))
  if (found === undefined) throw new Refusal('model.not_found', { application: applicationId, digest })
  if (another !== undefined) throw new Refusal('command.digest_ambiguous', { digest })
  return found
}

/** The model of this digest, or the live one of the name. @throws Refusal `model.none_live` and those of {@link modelOf} */
export async function modelOrLive(
  context: CommandContext,
  applicationId: string,
  { digest, name }: { readonly digest: string | undefined; readonly name: string | undefined },
): Promise<ModelRow> {
  if (digest !== undefined) return modelOf(context, applicationId, digest)
  const modelName = modelNameOf(context, applicationId, name)
  const { kernel, actor } = context
  const models = await modelsOf(kernel, actor, applicationId)
  const live = models.find((one) => one.modelName === modelName && one.state === 'live')
  if (live === undefined)
    throw new Refusal('model.none_live', { application: applicationId, model: modelName })
  return live
}

export const hexOf = ({ modelDigest }: Pick<ModelRow, 'modelDigest'>) =>
  Buffer.from(modelDigest).toString('hex')

/** Reads a whole number from `least` on, as an option. */
export function whole(least: number) {
  return (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`expected a whole number from ${least} on`)
    return value
  }
}
