/** Mutations that once survived all tests, or would do harm: each must die, whatever the score of the others. */

import { lineOf, type Mutant, replaced } from './mutant.ts'

/** `from` stands once in the file, and becomes `to`. */
export type Named = { readonly file: string; readonly why: string; readonly from: string; readonly to: string }

export const named: readonly Named[] = [
  {
    file: 'lib/adapters/lambda.ts',
    why: 'a failure is bound to the item itself, and lost where its work answers a copy',
    from: 'new Set(again.map(it => it.messageId))',
    to: 'new Set(items.filter(it => again.includes(it)).map(it => it.messageId))',
  },
  {
    file: 'lib/login/seal.ts',
    why: 'the key of the seal is the name of the code in the store',
    from: 'login result ',
    to: '',
  },
  {
    file: 'lib/adapters/session-tokens.ts',
    why: 'the issuer of a session is not checked',
    from: '        issuer,\n        audience,\n        algorithms',
    to: '        audience,\n        algorithms',
  },
  {
    file: 'lib/adapters/session-tokens.ts',
    why: 'a session needs no end',
    from: "requiredClaims: ['exp', 'sub']",
    to: "requiredClaims: ['sub']",
  },
  {
    file: 'lib/login/login.ts',
    why: 'a code that was used before (40163) is no final refusal',
    from: '[40029, 40163, highRisk]',
    to: '[40029, highRisk]',
  },
  {
    file: 'lib/tokens/lease.ts',
    why: 'a token is used to its very end',
    from: 'const marginMs = 60_000',
    to: 'const marginMs = 0',
  },
  {
    file: 'lib/wechat/breaker.ts',
    why: 'an answer about the call alone ends no row of failures',
    from: "if (isAccountRefusal(error)) return 'opens'\n  return isFailure(error) ? 'failure' : 'well'",
    to: "if (isAccountRefusal(error)) return 'opens'\n  return isFailure(error) ? 'failure' : 'nothing'",
  },
  {
    file: 'lib/wechat/breaker.ts',
    why: 'a withheld call ends a row of failures',
    from: "return error instanceof TransportError ? error.failure === 'withheld' : error instanceof WeChatError && error.withheld",
    to: 'return false',
  },
  {
    file: 'lib/wechat/circuit.ts',
    why: 'what was under way when the breaker opened makes the pause longer',
    from: "else if (verdict !== 'nothing' && deps.now() >= circuit.openUntil) fail(",
    to: "else if (verdict !== 'nothing') fail(",
  },
  {
    file: 'lib/adapters/lambda.ts',
    why: 'no time is kept back to answer a request',
    from: 'const timeoutEarlyInMillis = 500',
    to: 'const timeoutEarlyInMillis = 0',
  },
  {
    file: 'lib/adapters/lambda.ts',
    why: 'a short function begins nothing at all',
    from: 'const spareShare = 0.6',
    to: 'const spareShare = 1',
  },
  {
    file: 'lib/adapters/wechat/transport.ts',
    why: 'an idle connection is kept for longer than WeChat keeps it',
    from: 'const idleMs = 10_000',
    to: 'const idleMs = 100_000',
  },
  {
    file: 'lib/retry-delay.ts',
    why: 'what failed often waits for an hour',
    from: 'const longestSeconds = 300',
    to: 'const longestSeconds = 3600',
  },
  {
    file: 'lib/callback/cipher.ts',
    why: 'padding of more than one block of AES is refused',
    from: 'const maxPadding = 32',
    to: 'const maxPadding = 16',
  },
  {
    file: 'lib/callback/cipher.ts',
    why: 'content that is too short for its length is read',
    from: 'if (content.byteLength < randomBytes + lengthBytes) return undefined',
    to: '',
  },
  {
    file: 'lib/followers/link.ts',
    why: 'a follower keeps the unionid that WeChat no longer names',
    from: 'seen.unionid ?? (following ? undefined : stored?.unionid)',
    to: 'seen.unionid ?? stored?.unionid',
  },
  {
    file: 'lib/sync/sync-run.ts',
    why: 'a sync run goes by a count that changed on the way',
    from: 'return total > 0 && total === minTotal && followers >= total',
    to: 'return followers >= total',
  },
  {
    file: 'lib/sync/sync-run.ts',
    why: 'a sync run that saw everybody asks for an empty page',
    from: 'return total > 0 && total === minTotal && followers >= total',
    to: 'return total === minTotal && followers > total',
  },
  {
    file: 'lib/sync/end.ts',
    why: 'who followed in the instant in which the sync run began is removed at its end',
    from: 'it.notedAt < run.beganAt)',
    to: 'it.notedAt <= run.beganAt)',
  },
  {
    file: 'lib/followers/write-followers.ts',
    why: 'what a killed process left half written stays so',
    from: 'rejoin(kept, unwritten, deps)',
    to: 'rejoin([], unwritten, deps)',
  },
  {
    file: 'lib/followers/forget-people.ts',
    why: 'who followed again keeps the mark of the erasure',
    from: 'await erasures.unmark(openid, at)',
    to: '',
  },
  {
    file: 'lib/followers/merge-changes.ts',
    why: 'a late event of unfollowing is believed over one of following in the same batch',
    from: "const change = before?.change === 'follow' ? 'follow' : news.change",
    to: 'const { change } = news',
  },
  {
    file: 'lib/followers/merge-changes.ts',
    why: 'that a person was told of before is forgotten over a newer message',
    from: 'const isAgain = receives > 1 || news.isAgain === true || before?.isAgain === true',
    to: 'const isAgain = receives > 1 || news.isAgain === true',
  },
  {
    file: 'lib/followers/merge-changes.ts',
    why: 'that a person was told of before is overlooked',
    from: 'const isAgain = receives > 1 || news.isAgain === true || before?.isAgain === true',
    to: 'const isAgain = news.isAgain === true || before?.isAgain === true',
  },
  {
    file: 'lib/send/move-back.ts',
    why: 'more is moved back than is left of the day',
    from: ', quota?.remain ?? Number.POSITIVE_INFINITY, most)',
    to: ', most)',
  },
  {
    file: 'lib/send/call-outcome.ts',
    why: 'a message that found no connection may have been sent',
    from: 'return error.isUnsent ?',
    to: 'return false ?',
  },
  {
    file: 'lib/send/call-outcome.ts',
    why: 'a lost call is forgotten when there is no token for the next',
    from: 'return call.isLost && !isAccepted(outcome)',
    to: 'return call.isLost && !isAccepted(outcome) && isOfCall(error, call)',
  },
  {
    file: 'lib/send/own-failure.ts',
    why: 'a right that lacks on AWS passes by itself',
    from: 'toBeMended.test(error.name)',
    to: 'false',
  },
  {
    file: 'lib/send/send-message.ts',
    why: 'a call that was made twice is forgotten when the second is refused',
    from: 'if (!isOfWeChat(error) || (error instanceof WeChatError && error.isRepeat)) call.isLost = true',
    to: '',
  },
  {
    file: 'lib/send/uncertainty.ts',
    why: 'a window begins with the latest call that may have sent it',
    from: 'one.at - other.at',
    to: 'other.at - one.at',
  },
  {
    file: 'lib/send/end.ts',
    why: 'what may have been sent is dropped',
    from: 'if (doubt === undefined)',
    to: 'if (true)',
  },
  {
    file: 'lib/send/end.ts',
    why: 'what another invocation is sending is called unsent',
    from: 'if (id === undefined || !(await deps.attempt.mayBeElsewhere(id)))',
    to: 'if (true)',
  },
  {
    file: 'lib/send/end.ts',
    why: 'a message that SQS gave out twice is deleted with its doubt',
    from: 'else if (event.message !== undefined && (await mayBeSent(id, deps)))',
    to: 'else if (false)',
  },
  {
    file: 'lib/send/send-message.ts',
    why: 'an event is sent that expired while its token was fetched',
    from: 'if (isExpired(message, deps.now()))',
    to: 'if (false)',
  },
  {
    file: 'lib/send/defer.ts',
    why: 'the last seconds of a window are a hot loop',
    from: 'Math.max(leastSeconds, Math.min(delay, left - spareSeconds))',
    to: 'Math.max(0, Math.min(delay, left - spareSeconds))',
  },
  {
    file: 'lib/send/end.ts',
    why: 'a bus is told of an end that is not the end',
    from: 'if (await deps.deliveries.record(delivery, copyName(body))) deps.buffer.publish(delivery)',
    to: 'await deps.deliveries.record(delivery, copyName(body))\n  if (true) deps.buffer.publish(delivery)',
  },
  {
    file: 'lib/send/record.ts',
    why: 'what was accepted is taken out of the attempt before its mark is written',
    from: 'if (id !== undefined && !isAccepted(outcome)) deps.attempt.resolve(id)\n  return name',
    to: 'if (id !== undefined) deps.attempt.resolve(id)\n  return name',
  },
  {
    file: 'lib/send/defer.ts',
    why: 'what waits is written anew at each try',
    from: '!isUnreadable && !isTold(told, why, mayBeSent)',
    to: '!isUnreadable',
  },
  {
    file: 'lib/send/defer.ts',
    why: 'a damaged row is written over by what waits',
    from: '!isUnreadable && !isTold(told, why, mayBeSent)',
    to: '!isTold(told, why)',
  },
  {
    file: 'lib/send/record.ts',
    why: 'what may have been sent hides that the event waits',
    from: "remembered === 'written' ? { ...event, delivery: undefined } : event",
    to: 'event',
  },
  {
    file: 'lib/send/load.ts',
    why: 'what an invocation that ended may have sent hides that the event waits',
    from: 'isSame(uncertainty, mark?.uncertainty) ? mark?.delivery : undefined',
    to: 'mark?.delivery',
  },
  {
    file: 'lib/send/defer.ts',
    why: 'in its first minutes an event says nothing of the operator whom it waits for',
    from: 'seconds >= minuteSeconds',
    to: 'seconds >= 10 * minuteSeconds',
  },
  {
    file: 'lib/send/defer.ts',
    why: 'an event that goes out in its slot costs a write',
    from: '&& !hasSlot && seconds',
    to: '&& seconds',
  },
  {
    file: 'lib/adapters/dynamo/delivery-conditions.ts',
    why: 'what waits is said over an end',
    from: "'#at < :pushedAt OR ",
    to: "'attribute_exists(#id) OR #at < :pushedAt OR ",
  },
  {
    file: 'lib/adapters/dynamo/delivery-conditions.ts',
    why: 'a copy that ends talks over another one that waits',
    from: ' AND (attribute_not_exists(#copy) OR #copy = :copy)',
    to: '',
  },
  {
    file: 'lib/adapters/dynamo/delivery-conditions.ts',
    why: 'the end of a bad copy hides that a good one waits',
    from: ' OR (attribute_exists(#copy) AND #copy <> :copy)',
    to: '',
  },
  {
    file: 'lib/adapters/dynamo/deliveries.ts',
    why: 'a row that is over comes back with what waits',
    from: 'set: { ...set, uncertain: undefined }',
    to: 'set',
  },
  {
    file: 'lib/send/interrupted-sends.ts',
    why: 'an attempt that ended is taken for one under way',
    from: 'const endedMs = 60_000',
    to: 'const endedMs = 6_000_000',
  },
  {
    file: 'lib/adapters/aws/sqs-parked.ts',
    why: 'a parked event forgets its tries on the way back',
    from: 'MessageAttributes: Object.fromEntries(kept)',
    to: 'MessageAttributes: {}',
  },
  {
    file: 'lib/adapters/aws/sqs-queues.ts',
    why: 'ten messages are sent in one call, however large they are',
    from: ' && last.bytes + bytes <= runBytes',
    to: '',
  },
  {
    file: 'lib/adapters/aws/sqs-queues.ts',
    why: 'a message is held back for longer than SQS takes',
    from: 'const maxDelaySeconds = 900',
    to: 'const maxDelaySeconds = 9000',
  },
]

/** Its mutant; throws if its text is not there, or there more than once: then the list is to be mended. */
export function mutantOf({ file, why, from, to }: Named, source: string): Mutant {
  const start = source.indexOf(from)
  if (start < 0) throw new Error(`${file} has no \`${from}\` any more (${why}): mend test/mutation/named.ts`)
  if (source.indexOf(from, start + 1) >= 0) throw new Error(`${file} has \`${from}\` more than once (${why})`)
  return { file, what: why, line: lineOf(source, start), text: replaced(source, start, start + from.length, to) }
}
