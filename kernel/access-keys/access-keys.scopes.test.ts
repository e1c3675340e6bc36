import { checkScopes } from '../../test/scopes.ts'

await checkScopes('keys')
