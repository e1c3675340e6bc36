/**
 * Loaded into every process of the tests, children included (NODE_OPTIONS). Plain JavaScript: some children run under the
 * machine's own Node.
 */
if (Number(process.versions.node.split('.')[0]) >= 26) await import('./counting.ts')
