/** Streams of the sample. */

import { z } from 'zod'
import { Refusal } from '../../../kernel/errors.ts'
import {
  type AnyOperation,
  exportOperation,
  fileOperation,
  intakeOperation,
} from '../../../kernel/operation.ts'
import { None, type SampleState } from './state.ts'

const IntakeLine = z.strictObject({ line: z.int(), bytes: z.int() })

const importPermits = (state: SampleState) =>
  intakeOperation({
    id: 'permits.import',
    method: 'POST',
    path: '/v1/permit-intake',
    summary: 'Takes permits, one a line',
    scope: 'import.run',
    refusals: ['case.invalid'],
    params: None,
    line: IntakeLine,
    async *handle(_kernel, { source, signal }) {
      state.signals.set('permits.import', signal)
      state.isStreamClosed = false
      let line = 0
      try {
        for await (const chunk of source) {
          state.readBytes += chunk.length
          const lines = Buffer.from(chunk).toString().split('\n').slice(0, -1)
          if (lines.includes('refuse')) throw new Refusal('case.invalid', { application: 'permits' })
          if (lines.includes('fail')) throw new Error('the intake broke')
          yield lines.map((text) => {
            line += 1
            return { line, bytes: text.length }
          })
        }
      } finally {
        state.isStreamClosed = true
      }
    },
  })

const exportPermits = (state: SampleState) =>
  exportOperation({
    id: 'permits.export',
    method: 'GET',
    path: '/v1/permit-export',
    summary: 'Hands out permits',
    scope: 'decision.read',
    refusals: ['case.not_found'],
    params: None,
    query: z.strictObject({ fill: z.string().max(200).optional() }),
    row: z.strictObject({ number: z.string(), note: z.string().nullable(), tags: z.array(z.string()) }),
    async *handle(_kernel, { signal, query }) {
      state.signals.set('permits.export', signal)
      state.isStreamClosed = false
      try {
        for (state.madeBatches = 0; state.madeBatches < state.batches; state.madeBatches += 1) {
          yield Array.from({ length: 100 }, (_, index) => ({
            number: `P-${state.madeBatches * 100 + index}`,
            note: query.fill ?? null,
            tags: ['a', 'b'],
          }))
        }
        if (state.failure !== undefined) throw state.failure
      } finally {
        state.isStreamClosed = true
      }
    },
  })

const permitFile = (state: SampleState) =>
  fileOperation({
    id: 'permits.file',
    method: 'POST',
    path: '/v1/permit-file',
    summary: 'Hands out the file of a permit',
    scope: 'decision.read',
    refusals: ['case.not_found'],
    params: None,
    query: None,
    body: z.strictObject({ number: z.string().max(20) }),
    mediaTypes: ['application/octet-stream'],
    async handle(_kernel, { body, signal }) {
      state.signals.set('permits.file', signal)
      if (body.number === 'none') throw new Refusal('case.not_found')
      return { mediaType: 'application/octet-stream', fileName: 'permit.bin', chunks: bytesOf(state) }
    },
  })

function* bytesOf(state: SampleState) {
  state.isStreamClosed = false
  try {
    for (state.madeBatches = 0; state.madeBatches < state.batches; state.madeBatches += 1)
      yield Uint8Array.from({ length: 256 }, (_, byte) => byte)
    if (state.failure !== undefined) throw state.failure
  } finally {
    state.isStreamClosed = true
  }
}

export const streams = (state: SampleState): readonly AnyOperation[] => [
  importPermits(state),
  exportPermits(state),
  permitFile(state),
]
