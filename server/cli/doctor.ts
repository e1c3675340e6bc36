import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import { accountsOf } from '../../kernel/access/access.ts'
import { operatorActor } from '../../kernel/access/roles.ts'
import { caseCounts } from '../../kernel/cases/cases.ts'
import { Refusal } from '../../kernel/errors.ts'
import { institutions } from '../../kernel/institutions/institutions.ts'
import { findJobs } from '../../kernel/jobs/jobs.ts'
import { modelsOf } from '../../kernel/models/models.ts'
import { systemsOf } from '../../kernel/register/register.ts'
import type { Platform } from '../platform.ts'
import type { KeySettings } from '../settings.ts'
import { type CommonOptions, printer, withPlatform } from './context.ts'
import { guardFinding, lookAtBackends, rulesFor } from './doctor-network.ts'
import type { Finding } from './finding.ts'

const leastFreeBytes = 1_000_000_000

export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('looks at the installation and says what is wrong with it and what to do')
    .addOption(
      new Option(
        '--rules <tool>',
        'prints rules for the operating system instead, made from the registered backends',
      ).choices(['nftables', 'systemd']),
    )
    .action(async (_options: unknown, command: Command) => {
      const options: CommonOptions & { rules?: 'nftables' | 'systemd' } = command.optsWithGlobals()
      await withPlatform(async (platform) => {
        if (options.rules !== undefined) {
          const rules = await rulesFor(platform, options.rules)
          printer(options)({ rules }, [rules.trimEnd()])
          return
        }
        const findings = [...(await lookAtMachine(platform)), ...(await lookAtInstitutions(platform))]
        const isWell = findings.every(({ isGood }) => isGood)
        printer(options)(
          { isWell, findings },
          findings.map(
            ({ what, isGood, says }) => `${isGood ? 'good ' : 'WRONG'}  ${what.padEnd(30)} ${says}`,
          ),
        )
        if (!isWell) process.exitCode = 1
      })
    })
}

async function lookAtMachine({ settings, kernel }: Platform): Promise<Finding[]> {
  const disk = await statfs(settings.folder)
  const free = disk.bavail * disk.bsize
  const isWritable = await access(settings.folder, constants.W_OK).then(
    () => true,
    () => false,
  )
  const major = Number(process.versions.node.split('.')[0])
  return [
    keysFinding(settings.keys),
    guardFinding(),
    {
      what: 'Node',
      isGood: major >= 26,
      says: `${process.version}${major >= 26 ? '' : ': run through npm start or npx khudi'}`,
    },
    { what: 'data folder', isGood: isWritable, says: settings.folder },
    { what: 'free space', isGood: free > leastFreeBytes, says: `${(free / 1e9).toFixed(1)} GB` },
    {
      what: 'database',
      isGood: await kernel.db.isReachable(),
      says: settings.databaseUrl === undefined ? 'our own server' : 'DATABASE_URL',
    },
    {
      what: 'applications',
      isGood: kernel.applications.size > 0,
      says: [...kernel.applications.keys()].join(', '),
    },
  ]
}

/** Without a passphrase of the institution's own whoever can read the folder has the keys. */
function keysFinding({ command, passphrase, passphraseFile }: KeySettings): Finding {
  const isOwn = passphrase !== undefined || passphraseFile !== undefined
  const says = isOwn
    ? 'under the passphrase that was given'
    : 'protected by file rights only; khudi keys passphrase puts them under a passphrase of yours'
  return { what: 'keys', isGood: true, says: command === undefined ? says : `behind ${command}` }
}

async function lookAtInstitutions(platform: Platform): Promise<Finding[]> {
  const { kernel } = platform
  const all = await institutions(kernel)
  if (all.length === 0)
    return [
      { what: 'institutions', isGood: false, says: new Refusal('command.institution_none').remedy('en') },
    ]
  const findings: Finding[] = []
  for (const { institutionId, slug } of all) {
    const accounts = await accountsOf(kernel, institutionId)
    findings.push({ what: `${slug}: accounts`, isGood: accounts.length > 0, says: String(accounts.length) })
    const counts = await caseCounts(kernel, operatorActor(institutionId, 'doctor'))
    findings.push({
      what: `${slug}: cases`,
      isGood: true,
      says:
        counts
          .map(({ applicationId, state, cases }) => `${applicationId} ${state} ${cases.toLocaleString('en')}`)
          .join(', ') || 'none',
    })
    findings.push(...(await lookAtSystems(platform, institutionId, slug)))
    findings.push(...(await lookAtBackends(kernel, institutionId, slug)))
    const dead = await findJobs(kernel, operatorActor(institutionId, 'doctor'), {
      state: 'dead',
      after: undefined,
      size: 100,
    })
    findings.push({ what: `${slug}: failed jobs`, isGood: dead.length === 0, says: String(dead.length) })
  }
  return findings
}

/** Whether what the register calls live is what would run: the same code, and models whose bytes are still theirs. */
async function lookAtSystems({ kernel }: Platform, institutionId: string, slug: string): Promise<Finding[]> {
  const findings: Finding[] = []
  const actor = operatorActor(institutionId, 'doctor')
  for (const { applicationId, applicationDigest } of await systemsOf(kernel, institutionId)) {
    const found = kernel.applications.get(applicationId)
    const isSame = found !== undefined && Buffer.from(found.digest).equals(applicationDigest)
    const remedy = new Refusal('application.changed', { application: applicationId }).remedy('en')
    findings.push({
      what: `${slug}: ${applicationId}`,
      isGood: isSame,
      says: isSame ? 'runs the registered code' : remedy,
    })
    for (const { modelDigest, modelName, state } of await modelsOf(kernel, actor, applicationId)) {
      if (state !== 'live') continue
      const isWhole = (await kernel.objects.find(modelDigest)) !== undefined
      const digest = Buffer.from(modelDigest).toString('hex').slice(0, 12)
      findings.push({
        what: `${slug}: ${applicationId}/${modelName}`,
        isGood: isWhole,
        says: isWhole
          ? `live model ${digest} is whole`
          : new Refusal('model.artefact_damaged', { digest }).title('en'),
      })
    }
  }
  return findings
}
