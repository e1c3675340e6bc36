#!/usr/bin/env node
/** Runs a TypeScript file (`run.mjs test/run.ts`) or a package's program (`run.mjs --bin biome check`). */
import { launch, launchBin } from './launch.mjs'

const [first, ...rest] = process.argv.slice(2)
if (first === '--bin' && rest[0] !== undefined) launchBin(rest[0], rest.slice(1))
else if (first !== undefined && first !== '--bin') await launch(first, rest, { development: true })
else {
  console.error('Usage: run.mjs FILE.ts [PARAMETERS], or run.mjs --bin PROGRAM [PARAMETERS]')
  process.exit(2)
}
