import { checkScopes } from '../../test/scopes.ts'

await checkScopes('sign_in')
