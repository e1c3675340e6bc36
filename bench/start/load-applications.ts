/** A process of its own: loads the applications of the folders it is given and prints how long that took. */
import { loadApplications } from '../../kernel/register/applications.ts'

const startedAt = performance.now()
const { size } = await loadApplications(process.argv.slice(2))
console.log(JSON.stringify({ applications: size, seconds: (performance.now() - startedAt) / 1000 }))
