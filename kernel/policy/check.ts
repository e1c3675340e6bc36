/** Whether files could be put in force: compiled, and held against the floor. */

import { Refusal } from '../errors.ts'
import { askCedar, type Cedar, loadCedar } from './cedar.ts'
import { type CompiledSet, compile, type PolicyFault } from './compile.ts'
import type { PolicyFolder } from './files.ts'
import { floorRefusing } from './floor.ts'
import type { NamedPolicy } from './policy.ts'
import { requestsBelowFloor } from './requests.ts'

/**
 * The set, where nothing is wrong with it.
 *
 * @throws Refusal `policy.invalid` with the first fault, and all of them as problems
 */
export async function checkPolicies(given: PolicyFolder): Promise<CompiledSet> {
  const cedar = await loadCedar()
  const { set, faults } = compile(cedar, given)
  if (set === undefined) throw invalid(faults)
  const below = floorFaults(cedar, set)
  if (below.length > 0) throw invalid(below)
  return set
}

export const placeText = ({ file, line, column }: Pick<PolicyFault, 'file' | 'line' | 'column'>) =>
  `${file}:${line}:${column}`

function invalid(faults: readonly PolicyFault[]): Refusal {
  const [first] = faults
  if (first === undefined) throw new Error('what is invalid has a fault')
  const problems = faults.map((fault) => ({
    field: placeText(fault),
    code: 'policy.fault',
    message: fault.message,
  }))
  return new Refusal('policy.invalid', { place: placeText(first), detail: first.message }, { problems })
}

/** Every policy that would allow something that the floor forbids, once, at its own place. */
function floorFaults(cedar: Cedar, { setName, policies }: CompiledSet): readonly PolicyFault[] {
  const faults = new Map<string, PolicyFault>()
  for (const request of requestsBelowFloor()) {
    const floor = floorRefusing(request)
    if (floor === undefined) throw new Error('a request that the floor does not refuse tells nothing of it')
    const { isAllowed, decidedBy } = askCedar(cedar, setName, request)
    if (!isAllowed) continue
    for (const id of decidedBy) {
      const policy = policies.get(id)
      if (policy !== undefined) faults.set(id, { ...policy.at, message: wouldAllow(id, floor) })
    }
  }
  return [...faults.values()]
}

const wouldAllow = (id: string, { sentence }: NamedPolicy) => ({
  en: `${id} would allow what nothing may: ${sentence.en}`,
  ur: `${id} وہ کام جائز کر دیتی جو کسی صورت جائز نہیں: ${sentence.ur}`,
})
