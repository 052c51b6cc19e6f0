/** The concurrency limit of this AWS account in this region. */

import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda'

import type { AccountLimits } from '../../doctor/deps.ts'
import { requestLimits } from './limits.ts'

/** Creates the reader of the limit. */
export function createAccountLimits(): AccountLimits {
  const lambda = new LambdaClient({ requestHandler: requestLimits })
  return {
    async concurrency() {
      const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}))
      return AccountLimit?.UnreservedConcurrentExecutions ?? AccountLimit?.ConcurrentExecutions
    },
  }
}
