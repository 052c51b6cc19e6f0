import { httpFunction } from '../lib/adapters/lambda.ts'
import { getReach, parseAddress } from '../lib/followers/reach.ts'
import { log } from '../lib/runtime/context.ts'
import { linkStore } from '../lib/runtime/stores.ts'

export const handler = httpFunction(
  async () => ({ links: linkStore(), log }),
  async ({ query }, deps) => ({ status: 200, body: await getReach(parseAddress(query), deps) }),
)
