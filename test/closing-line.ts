import type { Reporter, TestModule } from 'vitest/node'

/** Ends a run with one plain line for whoever, or whatever, reads only that. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap(it => [...it.children.allTests()])
    const count = (state: string) => tests.filter(it => it.result().state === state).length
    // A file that could not even be loaded has no tests to count, and has failed all the same.
    const broken = modules.filter(
      it => it.state() === 'failed' && [...it.children.allTests('failed')].length === 0,
    ).length
    process.stdout.write(
      `tests: ${count('passed')} passed, ${count('failed') + broken} failed, ${count('skipped')} skipped\n`,
    )
  }
}
