/** Check 4: what cannot answer refuses. Each dependency is broken in a throw-away installation, and a case is sent into it. */
import { caseCounts } from '../cases/cases.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import type { Found, Subject } from './check.ts'
import { asOwner } from './owner.ts'
import { inSandbox, openProbeCase, probePerson, type Sandbox } from './sandbox.ts'

interface Probe {
  readonly what: string
  /** The code that it has to refuse with; any failure where undefined. */
  readonly code: string | undefined
  /** Apart from what is probed: what fails in here is no refusal. */
  prepare?(sandbox: Sandbox): Promise<unknown>
  mend?(sandbox: Sandbox): Promise<unknown>
  run(sandbox: Sandbox): Promise<unknown>
}

const probes = ({ broken, egressOf }: Subject): readonly Probe[] => [
  {
    what: 'policies',
    code: 'policy.unavailable',
    run: (sandbox) => sendInto(sandbox, broken(sandbox.kernel, 'policies')),
  },
  {
    what: 'policies at the way out',
    code: 'policy.unavailable',
    run: async ({ kernel, operator }) =>
      egressOf(broken(kernel, 'policies')).require({
        institutionId: operator.institutionId,
        backendId: 'objects',
        classification: 'open',
        purpose: 'decision',
        isRedacted: true,
      }),
  },
  {
    what: 'keys',
    code: undefined,
    run: (sandbox) => sendInto(sandbox, broken(sandbox.kernel, 'keys')),
  },
  {
    what: 'log',
    code: undefined,
    // The database's own fault: the log takes no entry any more.
    prepare: ({ cluster }) => asOwner(cluster, (owner) => owner.query(refuseEntries)),
    run: (sandbox) => sendInto(sandbox, sandbox.kernel),
    mend: ({ cluster }) => asOwner(cluster, (owner) => owner.query('drop trigger no_entry on log_pending')),
  },
]

const refuseEntries = `
  create function no_entry() returns trigger language plpgsql as $$
  begin raise exception 'the log is down'; end $$;
  create trigger no_entry before insert on log_pending for each row execute function no_entry()`

async function sendInto({ operator }: Sandbox, kernel: Kernel): Promise<void> {
  await openProbeCase({ kernel, operator }, probePerson(1))
}

export async function failsClosed(subject: Subject): Promise<Found> {
  const open: string[] = []
  const all = probes(subject)
  await inSandbox(subject.openSandbox, async (sandbox) => {
    for (const { what, code, prepare, run, mend } of all) {
      await prepare?.(sandbox)
      const isRefused = await run(sandbox).then(
        () => false,
        (error: unknown) => code === undefined || (error instanceof Refusal && error.code === code),
      )
      await mend?.(sandbox)
      const counts = await caseCounts(sandbox.kernel, sandbox.operator)
      if (!isRefused || counts.some(({ cases }) => cases > 0)) open.push(what)
    }
    // With everything whole the same case is taken: what was refused was refused for the fault.
    await sendInto(sandbox, sandbox.kernel)
  })
  if (open.length === 0)
    return {
      state: 'green',
      count: all.length,
      says: {
        en: `${all.length} dependencies broken one by one; each time the case was refused and nothing was kept`,
        ur: `${all.length} اجزا باری باری ناکارہ کیے گئے؛ ہر بار کیس مسترد ہوا اور کچھ محفوظ نہ ہوا`,
      },
    }
  return {
    state: 'red',
    count: all.length,
    says: {
      en: `Went on although this was down: ${open.join(', ')}`,
      ur: `ان کے ناکارہ ہونے پر بھی کام جاری رہا: ${open.join('، ')}`,
    },
  }
}
