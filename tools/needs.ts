/**
 * Holds what each function needs, as its code says, against serverless.yml, its role and the table of routes, and writes
 * the table of docs/configuration.md: `npm run needs`; `--help` tells its options.
 */

import { SettingsError } from '../local/environment.ts'
import { runDocumentCommand } from './command/document.ts'
import { problemsIn } from './needs/compare.ts'
import { readDeclared } from './needs/declared.ts'
import { withNeeds } from './needs/document.ts'
import { needsOfAll } from './needs/needs.ts'
import { openSource } from './needs/source.ts'

await runDocumentCommand({
  command: 'npm run needs',
  file: 'docs/configuration.md',
  purpose: 'writes what each function needs, once serverless.yml and resources/roles.cjs give it just that',
  async textOf(before) {
    const declared = await readDeclared()
    const needs = needsOfAll(openSource(), declared.queues)
    const problems = problemsIn(needs, declared)
    if (problems.length > 0) throw new SettingsError(problems)
    return withNeeds(before, needs, declared)
  },
})
