/** Mutations that once survived all tests, or would do harm: each must die, whatever the score of the others. */

import { lineOf, type Mutant, replaced } from './mutant.ts'

/** `from` stands once in the file, and becomes `to`. */
export type Named = { readonly file: string; readonly why: string; readonly from: string; readonly to: string }

/** For each file what each mutation does to it: `#` says why it must die, `-` is what stands there, `+` what comes instead. */
export const named: readonly Named[] = readAll(`
lib/adapters/lambda.ts
  # a failure is bound to the item itself, and lost where its work answers a copy
  - new Set(toRetry.map(it => it.messageId))
  + new Set(items.filter(it => toRetry.includes(it)).map(it => it.messageId))
  # no time is kept back to answer a request
  - const timeoutEarlyInMillis = 500
  + const timeoutEarlyInMillis = 0
  # a short function begins nothing at all
  - const spareShare = 0.6
  + const spareShare = 1
lib/login/seal.ts
  # the key of the seal is the name of the code in the store
  - login result \${mini}
  + \${mini}
lib/adapters/session-tokens.ts
  # the issuer of a session is not checked
  -         issuer,
  -         audience: [...minis],
  +         audience: [...minis],
  # a session of any app is taken
  -         audience: [...minis],
  -         algorithms
  +         algorithms
  # a session needs no end
  - requiredClaims: ['exp', 'sub']
  + requiredClaims: ['sub']
lib/login/login.ts
  # a code that was used before (40163) is no final refusal
  - [40029, 40163, highRisk]
  + [40029, highRisk]
lib/send/choose-account.ts
  # a repeat goes out by another account than the one that may have sent it
  - (by === undefined ? isReached(it) : it.account.app.appid === by)
  + isReached(it)
  # of any account it is the first, whomever it reaches
  - return person !== undefined && 'openid' in kind.recipientOf(person)
  + return true
  # two copies by two accounts are two messages
  - const isOfAnother = by !== undefined && chosen.account.app.appid !== by
  + const isOfAnother = false
lib/send/parse.ts
  # an event goes out by the default account, whichever it names
  - accounts.filter(it => it.app.name === from)
  + accounts.slice(0, 1)
lib/send/kinds/template-event.ts
  # of any account is taken what is of one
  - if ('openid' in to && from === 'any') throw invalid('to.openid is of one Official Account: from must name it')
  + 
lib/send/send.ts
  # what is known of one account waits for another that answers late
  - stage.buffer.endAccount(account.app.appid)
  + void account.app.appid
lib/adapters/dynamo/gate.ts
  # one account's gate closes all others'
  - const key = { id: \`\${gate}#\${official}\` }
  + const key = { id: \`\${gate}#\${official.slice(0, 2)}\` }
lib/adapters/dynamo/deliveries.ts
  # a receipt is taken for that of another account's message
  - return \`receipt#\${official}#\${msgid}\`
  + return \`receipt#\${official.slice(0, 2)}#\${msgid}\`
  # a receipt is told of another account's event
  - return \`event#\${official}#\${msgid}\`
  + return \`event#\${official.slice(0, 2)}#\${msgid}\`
lib/secret-names.ts
  # all apps have the secrets of one
  - return \`\${name}-\${secret}\`
  + return \`\${name.slice(0, 0)}-\${secret}\`
lib/login/login.ts
  # a session is of another mini program than the code
  - const token = await deps.sessions.sign({ mini: app.appid, ...identity }, issuedAt)
  + const token = await deps.sessions.sign({ mini: deps.minis[0]?.app.appid ?? app.appid, ...identity }, issuedAt)
lib/login/me.ts
  # a session is answered by what another mini program's users follow
  - const app = minis.find(it => it.appid === mini)
  + const app = minis[0]
lib/callback/callback.ts
  # each callback is taken for the default account's
  - name === undefined ? apps.officials[0] : findApp(apps, name)
  + name === undefined || findApp(apps, name) !== undefined ? apps.officials[0] : undefined
  # a follower is of the default account, whichever was followed
  - followers.push([followerChangeOf(event, app.appid)])
  + followers.push([followerChangeOf(event, deps.apps.officials[0].appid)])
  # a receipt is of the default account, whichever sent
  - takeReceipt?.({ official: app.appid,
  + takeReceipt?.({ official: deps.apps.officials[0].appid,
lib/callback/authenticate.ts
  # a mini program speaks of another one's people
  - const isForeign = kind === 'mini' && 'appid' in event && event.appid !== appid
  + const isForeign = false
lib/callback/passive-reply.ts
  # a server's reply goes to whomever it names
  - if (fields.ToUserName !== push.openid) throw
  + if (fields.ToUserName === '') throw
  # a server in secure mode may answer in plain text
  - if (mode === 'secure' && !isSealed)
  + if (mode === 'plain' && isSealed)
lib/callback/targets.ts
  # WeChat waits for a server's answer to a receipt
  - return MsgType !== 'event' || !silent.has(lower(Event))
  + return true
  # a server gets what it did not ask for
  - return isOneOf(only.MsgType, MsgType) || isOneOf(only.Event, Event)
  + return true
lib/callback/forward-push.ts
  # a server that fails is called for ever
  - const failuresInARow = 3
  + const failuresInARow = 3000
lib/callback/pass-on.ts
  # what the bus did not take is forgotten
  - return items.filter((_, index) => refused.has(index))
  + return []
lib/callback/published-push.ts
  # two events of one second are taken for one
  - isText(MsgId) ? [MsgId, FromUserName] : fields
  + isText(MsgId) ? [MsgId, FromUserName] : [FromUserName]
lib/adapters/forward-network.ts
  # a server's name may lead to an address of the cloud itself
  - if (isIP(address) === 0 || never.check(address, family)) return false
  + if (isIP(address) === 0) return false
lib/tokens/lease.ts
  # a token is used to its very end
  - const marginMs = 60_000
  + const marginMs = 0
  # whoever waits for a token outlasts its own invocation
  - deps.now() > giveUpAt || remainingMs() < spareMs
  + deps.now() > giveUpAt
  # a second token call goes on behind the end of the lease
  - leftMs: () => until - now()
  + leftMs: () => Number.POSITIVE_INFINITY
lib/send/record.ts
  # what waits for quota waits for ever
  - if (isGivenUp(event, deps.now())) return deadLetterOverdue(event
  + if (event.since < 0) return deadLetterOverdue(event
lib/send/resume-events.ts
  # SQS deletes what waits behind a month's code
  - if (minuteOf(deps.now()) % dayMinutes === oldOnesMinute)
  + if (minuteOf(deps.now()) < 0)
lib/adapters/aws/sqs-parked.ts
  # the sender and the way back hand old events to each other until the time is up
  - return pushedAt < pushedBefore && Number(Attributes.SentTimestamp) < heldBefore
  + return pushedAt < pushedBefore
lib/send/batch-attempt.ts
  # a first write that arrived without an answer stays for ever
  -       if (begunAt === undefined || left.join() === saved) return
  +       if (written === undefined || left.join() === saved) return
lib/wechat/breaker.ts
  # an answer about the call alone ends no row of failures
  - if (isAccountRefusal(error)) return 'opens'
  -   return isFailure(error) ? 'failure' : 'well'
  + if (isAccountRefusal(error)) return 'opens'
  +   return isFailure(error) ? 'failure' : 'nothing'
  # a withheld call ends a row of failures
  - return error instanceof TransportError ? error.failure === 'withheld' : error instanceof WeChatError && error.withheld
  + return false
lib/wechat/circuit.ts
  # what was under way when the breaker opened makes the pause longer
  - else if (verdict !== 'nothing' && deps.now() >= circuit.openUntil) fail(
  + else if (verdict !== 'nothing') fail(
lib/adapters/wechat/connection.ts
  # an idle connection is kept for longer than WeChat keeps it
  - const idleMs = 10_000
  + const idleMs = 100_000
lib/retry-delay.ts
  # what failed often waits for an hour
  - const longestSeconds = 300
  + const longestSeconds = 3600
lib/callback/cipher.ts
  # padding of more than one block of AES is refused
  - const maxPadding = 32
  + const maxPadding = 16
  # content that is too short for its length is read
  - if (content.byteLength < randomLength + lengthBytes) return undefined
lib/followers/link.ts
  # a follower keeps the unionid that WeChat no longer names
  - const before = tellsOnlyWhether(seen) ? stored : undefined
  + const before = stored
  # an answer about a follower that says nothing else takes their unionid away
  - return unionid === undefined && !(following && followedAt !== undefined)
  + return unionid === undefined && !following
lib/sync/sync-run.ts
  # a sync run goes by a count that changed on the way
  - return total > 0 && total === minTotal && followers >= total
  + return followers >= total
  # a sync run that saw everybody asks for an empty page
  - return total > 0 && total === minTotal && followers >= total
  + return total === minTotal && followers > total
lib/sync/compare.ts
  # whom a list that broke off does not name is taken for removed
  - return endInferredFromCount || odd !== undefined || followers < minTotal
  + return endInferredFromCount || odd !== undefined
lib/sync/end.ts
  # who followed in the instant in which the sync run began is removed at its end
  - it.notedAt < run.beganAt)
  + it.notedAt <= run.beganAt)
lib/followers/write-followers.ts
  # what a killed process left half written stays so
  - rejoin(kept, unwritten, deps)
  + rejoin([], unwritten, deps)
lib/followers/forget-people.ts
  # who followed again keeps the mark of the erasure
  - await erasures.unmark(openid, at)
lib/followers/merge-changes.ts
  # a late event of unfollowing is believed over one of following in the same batch
  - const change = before?.change === 'follow' ? 'follow' : news.change
  + const { change } = news
  # that a person was told of before is forgotten over a newer message
  - const isAgain = receives > 1 || news.isAgain === true || before?.isAgain === true
  + const isAgain = receives > 1 || news.isAgain === true
  # that a person was told of before is overlooked
  - const isAgain = receives > 1 || news.isAgain === true || before?.isAgain === true
  + const isAgain = news.isAgain === true || before?.isAgain === true
lib/send/move-back.ts
  # more is moved back than is left of the day
  - , quota?.remain ?? Number.POSITIVE_INFINITY, most)
  + , most)
lib/send/call-outcome.ts
  # a message that found no connection may have been sent
  - return error.isUnsent ?
  + return false ?
  # a lost call is forgotten when there is no token for the next
  - return call.isLost && !isAccepted(outcome)
  + return call.isLost && !isAccepted(outcome) && isOfCall(error, call)
lib/send/own-failure.ts
  # a right that lacks on AWS passes by itself
  - toBeMended.test(error.name)
  + false
lib/send/send-message.ts
  # a call that was made twice is forgotten when the second is refused
  - if (!isOfWeChat(error) || (error instanceof WeChatError && error.isRepeat)) call.isLost = true
lib/send/uncertainty.ts
  # a window begins with the latest call that may have sent it
  - one.at - other.at
  + other.at - one.at
lib/send/record.ts
  # what was accepted is taken out of the attempt before its mark is written
  - id !== undefined && !isAccepted(outcome) && deps.attempt.resolve(
  + id !== undefined && deps.attempt.resolve(
  # what may have been sent already is taken out of the attempt first
  - if (possibleSend === undefined) settle()
  + settle()
  # what may have been sent hides that the event waits
  - remembered === 'written' ? { ...event, delivery: undefined } : event
  + event
lib/send/choose-account.ts
  # what an account may have sent is repeated by another
  - by === undefined ? isReached(it) : it.account.app.appid === by
  + isReached(it)
  # a copy of another account is sent beside the first
  - by !== undefined && chosen.account.app.appid !== by
  + false
lib/send/end.ts
  # what may have been sent is dropped
  - if (doubt === undefined)
  + if (true)
  # what another invocation is sending is called unsent
  - if (id === undefined || !(await deps.attempt.mayBeElsewhere(id)))
  + if (true)
  # a message that SQS gave out twice is deleted with its doubt
  - else if (event.message !== undefined && (await mayBeSent(id, deps)))
  + else if (false)
  # a bus is told of an end that is not the end
  - if (await deps.deliveries.record(delivery, copyName(body))) deps.buffer.publish(delivery)
  + await deps.deliveries.record(delivery, copyName(body))
  + if (true) deps.buffer.publish(delivery)
lib/send/send-message.ts
  # an event is sent that expired while its token was fetched
  - if (isExpired(message, deps.now()))
  + if (false)
lib/send/defer.ts
  # the last seconds of a window are a hot loop
  - Math.max(leastSeconds, Math.min(delay, left - spareSeconds))
  + Math.max(0, Math.min(delay, left - spareSeconds))
  # what waits is written anew at each try
  - !isUnreadable && !isRecorded(told, why, mayBeSent)
  + !isUnreadable
  # a damaged row is written over by what waits
  - !isUnreadable && !isRecorded(told, why, mayBeSent)
  + !isRecorded(told, why)
  # in its first minutes an event says nothing of the operator whom it waits for
  - seconds >= minuteSeconds
  + seconds >= 10 * minuteSeconds
  # an event that goes out in its slot costs a write
  - && !hasSlot && seconds
  + && seconds
lib/send/load.ts
  # what an invocation that ended may have sent hides that the event waits
  - isSame(uncertainty, mark?.uncertainty) ? mark?.delivery : undefined
  + mark?.delivery
lib/adapters/dynamo/delivery-conditions.ts
  # what waits is said over an end
  - '#at < :pushedAt
  + 'attribute_exists(#id) OR #at < :pushedAt
  # a copy that ends talks over another one that waits
  -  AND (attribute_not_exists(#copy) OR #copy = :copy)
  # the end of a bad copy hides that a good one waits
  -  OR (attribute_exists(#copy) AND #copy <> :copy)
lib/adapters/dynamo/deliveries.ts
  # a row that is over comes back with what waits
  - set: { ...set, uncertain: undefined }
  + set
lib/send/interrupted-sends.ts
  # an attempt that ended is taken for one under way
  - const endedMs = 60_000
  + const endedMs = 6_000_000
lib/adapters/aws/sqs-parked.ts
  # a parked event forgets its tries on the way back
  - MessageAttributes: Object.fromEntries(kept)
  + MessageAttributes: {}
lib/adapters/aws/in-calls.ts
  # ten messages are sent in one call, however large they are
  -  && last.bytes + bytes <= mostBytes
lib/adapters/dynamo/link-expiry.ts
  # an expiry whose rows a failed try removed passes for one of somebody who returned
  - if (row === undefined) return true
  + if (row === undefined) return false
lib/adapters/aws/sqs-queues.ts
  # a message is held back for longer than SQS takes
  - const maxDelaySeconds = 900
  + const maxDelaySeconds = 9000
`)

function readAll(text: string): Named[] {
  return text.split(/^(?=lib\/)/m).flatMap(part => {
    const [file = '', ...mutations] = part.split(/\n {2}# /)
    return mutations.map(it => {
      const [why = '', ...lines] = it.trimEnd().split('\n')
      return { file, why, from: linesAfter('-', lines), to: linesAfter('+', lines) }
    })
  })
}

function linesAfter(sign: string, lines: readonly string[]): string {
  return lines.flatMap(it => (it.startsWith(`  ${sign} `) ? it.slice(4) : [])).join('\n')
}

/** Its mutant; throws if its text is not there, or there more than once: then the list is to be mended. */
export function mutantOf({ file, why, from, to }: Named, source: string): Mutant {
  const start = source.indexOf(from)
  if (start < 0) throw new Error(`${file} has no \`${from}\` any more (${why}): mend test/mutation/named.ts`)
  if (source.indexOf(from, start + 1) >= 0) throw new Error(`${file} has \`${from}\` more than once (${why})`)
  return { file, what: why, line: lineOf(source, start), text: replaced(source, start, start + from.length, to) }
}
