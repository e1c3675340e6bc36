import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { listening, until, wire } from './sample/loopback.ts'
import { asEverybody, asOfficer } from './sample/server.ts'

const wait = `POST /v1/waits HTTP/1.1\r\nhost: x\r\nauthorization: ${asOfficer.authorization}\r\n\r\n`
const show = `GET /v1/permits HTTP/1.1\r\nhost: x\r\nauthorization: ${asOfficer.authorization}\r\n\r\n`

test('a request under way is finished, and the server closes as soon as it is', async (t) => {
  const { app, port, state } = await listening(t)
  const { socket, receive, closed } = wire(port)
  socket.write(wait)
  await until(() => state.release !== undefined)
  const stopped = app.close()
  await until(() => !app.server.listening)
  assert.equal(state.signals.get('permits.wait')?.aborted, false)
  state.release?.()
  await receive(/"ok":true\}$/)
  await stopped
  await closed()
})

test('while it stops, nothing new is taken on, also on a connection that is open', async (t) => {
  const { app, port, state } = await listening(t)
  const { socket, receive } = wire(port)
  socket.write(wait)
  await until(() => state.release !== undefined)
  const stopped = app.close()
  await until(() => !app.server.listening)
  socket.write(show)
  state.release?.()
  assert.match(await receive(/server\.stopping.*\}$/s), /HTTP\/1\.1 503 .*retry-after: 5/is)
  await stopped
})

test('a stream is told to end, and its caller which lines were answered', async (t) => {
  const { app, port, state } = await listening(t)
  const { socket, receive, closed } = wire(port)
  socket.write(
    `POST /v1/permit-intake HTTP/1.1\r\nhost: x\r\nauthorization: ${asEverybody.authorization}\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n2\r\na\n\r\n`,
  )
  await receive(/"line":1/)
  const stopped = app.close()
  assert.match(await receive(/server\.stopping/), /"problem"/)
  await until(() => state.isStreamClosed)
  socket.end()
  await stopped
  await closed()
})

test('what is not done by the deadline is cut off', async (t) => {
  const { app, port, state } = await listening(t, { limits: { shutdownMs: 50 } })
  const { socket, closed } = wire(port)
  socket.write(wait)
  await until(() => state.release !== undefined)
  await Promise.all([app.close(), closed()])
  assert.equal(state.signals.get('permits.wait')?.aborted, true)
})

test('closing takes no time where nothing is under way, idle connections or not', async (t) => {
  const { app, port } = await listening(t, { limits: { shutdownMs: 60_000 } })
  const { socket, receive, closed } = wire(port)
  socket.write(show)
  await receive(/"next":null\}$/)
  await Promise.all([app.close(), closed()])
})
