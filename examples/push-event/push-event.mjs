// Pushes "an order is paid" for one person: node push-event.mjs <stage> <unionid> [<order number>]
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'

const [stage, unionid, order = `${Date.now()}`] = process.argv.slice(2)
if (!stage || !unionid) {
  process.stderr.write('usage: node push-event.mjs <stage> <unionid> [<order number>]\n')
  process.exit(2)
}

const event = {
  // From the order, never random: pushed again, it is still one message on the phone.
  id: `order-${order}:paid`,
  to: { unionid },
  // With several Official Accounts: the name of the one that sends it, or any, the first that reaches the person.
  // from: 'brand',
  template: 'order-paid',
  data: { character_string1: order, amount2: '¥88.00', time3: '2026-11-22 09:30' },
  page: `pages/order/detail?id=${order}`,
  url: `https://shop.example.com/orders/${order}`,
  expiresAt: new Date(Date.now() + 2 * 3_600_000).toISOString(),
}

const sqs = new SQSClient({})
const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: `queqiao-${stage}-events` }))
await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(event) }))
process.stdout.write(`${event.id}\n`)
