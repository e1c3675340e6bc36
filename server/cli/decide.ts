import type { Command } from 'commander'
import { decideBacklog } from '../../kernel/decisions/backlog.ts'
import { progress } from '../progress.ts'
import { type CommonOptions, withContext } from './context.ts'
import { type PeriodOptions, periodOf, withPeriod } from './period.ts'

export function decideCommand(program: Command): void {
  withPeriod(
    program
      .command('decide')
      .description('decides the cases of a period that wait for a decision; a rerun goes on where it stopped')
      .argument('<application>', 'id of the application'),
  ).action(async (applicationId: string, _options: unknown, command: Command) => {
    const options: CommonOptions & PeriodOptions = command.optsWithGlobals()
    await withContext(options, async ({ kernel, actor, signal, print }) => {
      const shown = progress('Deciding')
      const startedAt = performance.now()
      let state = { total: 0, decided: 0, withheld: 0 }
      for await (const now of decideBacklog(kernel, actor, { applicationId, ...periodOf(options), signal })) {
        state = now
        shown.update(now.decided, now.total)
      }
      shown.end()
      const seconds = (performance.now() - startedAt) / 1000
      print({ ...state, seconds }, [
        `${state.decided.toLocaleString('en')} cases decided`,
        ...(state.withheld === 0
          ? []
          : [`Left undecided, since the person has not consented: ${state.withheld.toLocaleString('en')}`]),
      ])
    })
  })
}
