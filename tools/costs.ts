/** Writes into docs/deploy.md what a month costs: `npm run costs`; `--help` tells its options. */

import { runDocumentCommand } from './command/document.ts'
import { withCosts } from './costs/document.ts'

await runDocumentCommand({
  command: 'npm run costs',
  file: 'docs/deploy.md',
  purpose: 'writes into docs/deploy.md what a month costs, from the last run of the bench (docs/figures/cost.json)',
  textOf: withCosts,
})
