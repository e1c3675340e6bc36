import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CaseState, caseEvents, next, stateLabels, statesBefore, transitions } from './states.ts'

/** Every transition there is, written out once more: whoever changes the table must mean it. */
const possible = [
  ['opened', 'decision.took_effect', 'decided'],
  ['opened', 'decision.needs_review', 'in_review'],
  ['opened', 'outcome.recorded', 'opened'],
  ['in_review', 'review.completed', 'decided'],
  ['in_review', 'outcome.recorded', 'in_review'],
  ['decided', 'outcome.recorded', 'closed'],
  ['closed', 'outcome.recorded', 'closed'],
  ['in_review', 'correction.needs_review', 'in_review'],
  ['decided', 'correction.needs_review', 'in_review'],
  ['closed', 'correction.needs_review', 'in_review'],
] as const

for (const state of CaseState.options)
  for (const event of caseEvents) {
    const to = possible.find(([from, by]) => from === state && by === event)?.[2]
    if (to === undefined)
      test(`${event} is refused for a case that is ${state}`, () => {
        assert.throws(() => next(state, event), { code: 'case.transition_impossible' })
      })
    else
      test(`${event} leads a case that is ${state} to ${to}`, () => {
        assert.equal(next(state, event), to)
      })
  }

test('the states before an event are those that it can happen in', () => {
  for (const event of caseEvents) {
    const expected = CaseState.options.filter((state) => transitions[state][event] !== undefined)
    assert.deepEqual(statesBefore(event), expected)
    assert.notEqual(expected.length, 0, `${event} can never happen`)
  }
})

test('a case is decided once, and once more at most for each correction that sends it back; it is never opened again', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...caseEvents), { maxLength: 30 }), (events) => {
      let state: CaseState = 'opened'
      let corrections = 0
      const decisions = events.filter((event) => {
        if (transitions[state][event] === undefined) return false
        const before = state
        state = next(state, event)
        if (event === 'correction.needs_review') corrections += 1
        else
          assert.ok(before === state || CaseState.options.indexOf(state) > CaseState.options.indexOf(before))
        assert.ok(before === 'opened' || state !== 'opened')
        return event === 'decision.took_effect' || event === 'review.completed'
      })
      assert.ok(decisions.length <= 1 + corrections)
    }),
  )
})

test('every state can be reached', () => {
  const reached = new Set<CaseState>(['opened'])
  for (const state of reached)
    for (const event of caseEvents) {
      const to = transitions[state][event]
      if (to !== undefined) reached.add(to)
    }
  assert.deepEqual([...reached].toSorted(), CaseState.options.toSorted())
})

test('every state has a name in both languages', () => {
  for (const { en, ur } of Object.values(stateLabels)) {
    assert.match(en, /\p{Script=Latin}/u)
    assert.match(ur, /\p{Script=Arabic}/u)
  }
})
