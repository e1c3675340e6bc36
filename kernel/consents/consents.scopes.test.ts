import { checkScopes } from '../../test/scopes.ts'

await checkScopes('consents')
