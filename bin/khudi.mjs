#!/usr/bin/env node
/** The command `khudi`: `khudi start`, `khudi --help`. */
import { launch } from './launch.mjs'

await launch('server/cli.ts', process.argv.slice(2), { development: false, guarded: true })
