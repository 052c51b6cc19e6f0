import { describe, expect, it } from 'vitest'
import { judgeAnswer, toSqsEvent } from '../../local/event-batch.ts'

const messages = [{ MessageId: 'a' }, { MessageId: 'b' }]
const idsDone = (answer: string) => judgeAnswer(answer, messages).done.map(({ MessageId }) => MessageId)

describe('judgeAnswer', () => {
  it.each(['', 'null', '{}', '{"batchItemFailures":null}', '{"batchItemFailures":[]}', '{"sent":2}'])(
    'takes %j as full success',
    answer => expect(idsDone(answer)).toEqual(['a', 'b']),
  )

  it('keeps only what the function names', () => {
    expect(idsDone('{"batchItemFailures":[{"itemIdentifier":"a"}]}')).toEqual(['b'])
  })

  it.each([
    ['an unknown message', '{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"c"}]}'],
    ['an empty identifier', '{"batchItemFailures":[{"itemIdentifier":""}]}'],
    ['no identifier', '{"batchItemFailures":[{"itemIdentifier":null}]}'],
    ['another key', '{"batchItemFailures":[{"messageId":"a"}]}'],
    ['no list', '{"batchItemFailures":"a"}'],
    ['a text', '"done"'],
    ['no JSON', 'done'],
  ])('fails the whole batch and says why for %s', (_, answer) => {
    expect(judgeAnswer(answer, messages)).toEqual({ done: [], problem: expect.any(String) })
  })
})

describe('toSqsEvent', () => {
  it('writes binary attributes in base64', () => {
    const message = { MessageAttributes: { key: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) } } }

    const event = toSqsEvent([message], { queueArn: 'arn:aws:sqs:us-east-1:0:q', region: 'us-east-1' })

    expect(event.Records[0]?.messageAttributes.key).toEqual({
      binaryValue: 'AQI=',
      stringListValues: [],
      binaryListValues: [],
      dataType: 'Binary',
    })
  })
})
