/** Does not wait to be asked: reads a file when it is loaded. */
import { readFileSync } from 'node:fs'

throw new Error(`read ${readFileSync('/etc/passwd', 'utf8').slice(0, 5)}`)
