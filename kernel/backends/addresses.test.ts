import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mayBeAt, Range } from './addresses.ts'

test('without ranges of its own a backend is a host of the public network', () => {
  for (const address of ['8.8.8.8', '1.1.1.1', '2a00:1450:4001::1', '::ffff:8.8.8.8'])
    assert.ok(mayBeAt(address, []), address)
  for (const address of [
    ...[
      '127.0.0.1',
      '127.9.9.9',
      '0.0.0.0',
      '10.1.2.3',
      '100.64.0.1',
      '172.31.0.1',
      '192.168.1.1',
      '169.254.169.254',
    ],
    ...[
      '192.0.2.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      'fe80::1',
      'fc00::1',
      'fd00:ec2::254',
    ],
    // The same address in another's clothes.
    ...[
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::ffff:a9fe:a9fe',
      '::127.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::1',
    ],
    ...[
      '2001:0:7f00:1::',
      '2001:db8::1',
      'ff02::1',
      '',
      'localhost',
      '127.1',
      '0x7f000001',
      '2130706433',
      '8.8.8.8 ',
    ],
  ])
    assert.ok(!mayBeAt(address, []), address)
})
test('with ranges of its own it is there and nowhere else', () => {
  assert.ok(mayBeAt('10.1.2.3', ['10.1.0.0/16']))
  assert.ok(mayBeAt('::ffff:10.1.2.3', ['10.1.0.0/16']))
  assert.ok(mayBeAt('::1', ['127.0.0.0/8', '::1']))
  assert.ok(!mayBeAt('10.2.0.1', ['10.1.0.0/16']))
  assert.ok(!mayBeAt('8.8.8.8', ['10.1.0.0/16']))
})
test('every address of a private network is refused unless its range is stated', () => {
  const inTen = fc.ipV4().map((address) => `10.${address.split('.').slice(1).join('.')}`)
  fc.assert(fc.property(inTen, (address) => !mayBeAt(address, []) && mayBeAt(address, ['10.0.0.0/8'])))
})
test('what is no range is refused', () => {
  for (const good of ['10.0.0.0/8', '127.0.0.1', '::1/128', 'fd00::/8'])
    assert.ok(Range.safeParse(good).success, good)
  for (const bad of ['', '10.0.0.0/33', '::/129', 'example.com', '10.0.0/8', '10.0.0.0/8/8', '10.0.0.0/-1'])
    assert.ok(!Range.safeParse(bad).success, bad)
})
