/** `npm run test:deploy`: deploys for real, to AWS as ministack plays it, and does the whole job over what was deployed. */

import { createRequire } from 'node:module'

import { createClosing } from '../../local/closing.ts'
import { createSteps } from '../../local/steps.ts'
import { lintTemplates } from './lint.ts'
import { openPython } from './python.ts'
import { playDeployment } from './scenario.ts'

// For this process too: the API's name, and WeChat in a box, which calls it.
createRequire(import.meta.url)('./runtime.cjs')

const notShown = `Not shown here, for ministack does not know it (docs/decisions/0014-what-the-deploy-test-shows.md):
the NAT and its fixed address, the network around the functions, roles for single SSM parameters, certificates and domains.
`

const closing = createClosing()
const write = (text: string) => void process.stdout.write(text)
let problems = (): string[] => []

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void closing.close().finally(() => process.exit(130)))
}

try {
  const python = await openPython()
  if (python === undefined) write('skipped: the deploy test needs Python 3.10 or later with venv and pip\n')
  else await test(python)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await closing.close()
}

async function test(python: NonNullable<Awaited<ReturnType<typeof openPython>>>): Promise<void> {
  const steps = createSteps({ write, now: () => performance.now(), problems: () => problems() })
  const step = {
    title: 'The packaged template goes through cfn-lint',
    titleZh: '检查模板',
    address: 'sls package, cfn-lint',
    expected: 'no error',
    limitMs: 900_000,
  }
  await steps.play(step, async () => ({ result: undefined, told: await lintTemplates(python.cfnLint) }))
  await playDeployment({ program: python.ministack, steps, closing, watch: told => (problems = told) })
  write(`✓ deployed, used, deployed again and removed. · 部署测试通过\n${notShown}`)
}
