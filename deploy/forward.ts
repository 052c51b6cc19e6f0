/** Whether the servers behind us have URLs that the functions will call; what a host's name resolves to is checked at each call. */

import { forwardNetworks, isCallable } from '../lib/adapters/forward-network.ts'
import type { Apps } from '../lib/apps.ts'
import { isForwardUrl } from '../lib/forward-url.ts'
import { type Parameters, textOf } from './parameters.ts'

/** Names each server that would never be called, and a queue that is the stage's own. */
export function problemsOfForward(
  { officials, minis }: Apps,
  { forwardUrl, forwardNetwork, pushesQueue }: Parameters,
  stage: string,
): string[] {
  const network = forwardNetworks.find(it => it === textOf(forwardNetwork)) ?? 'public'
  const wrong = `must be an https URL whose address FORWARD_NETWORK=${network} allows`
  const isWrong = (url: string) => !isForwardUrl(url) || !isCallable(new URL(url), network)
  const named = [...officials, ...minis].flatMap(({ name: app, forward = [] }) =>
    forward.filter(it => isWrong(it.url)).map(it => `apps.json: the url of ${app}.forward.${it.name} ${wrong}`),
  )
  // What is no URL at all another check tells (lib/config.ts).
  const url = textOf(forwardUrl)
  const isOwn = textOf(pushesQueue).startsWith(`queqiao-${stage}-`)
  return [
    ...(isOwn ? ['PUSHES_QUEUE must be a queue of yours, not one of this stage'] : []),
    ...(isForwardUrl(url) && isWrong(url) ? [`FORWARD_URL ${wrong}`] : []),
    ...named,
  ]
}
