/** Loaded before anything else (`--import`), in the process and in its workers. */
import { installGuard } from './guard.ts'

installGuard(new URL(import.meta.url))
