/** The push of an event in the languages of producers, each with the SDK of AWS. */

const pretty = body => JSON.stringify(JSON.parse(body), undefined, 2)
/** A text in double quotes, as all of these languages read it. */
const quoted = text => JSON.stringify(text)
/** In a shell a single quote ends the text, so that it is written apart. */
const shellQuoted = text => `'${text.replaceAll("'", `'\\''`)}'`
/** Numbered by who owns the queue; on the local stack that is nobody. */
const urlOf = ({ name, endpoint, region }) =>
  endpoint === undefined ? `https://sqs.${region}.amazonaws.com/<account>/${name}` : `${endpoint}/000000000000/${name}`

const curl = (body, queue) => {
  const { endpoint, region } = queue
  const user = endpoint === undefined ? '"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"' : 'local:local'
  const message = JSON.stringify({ QueueUrl: urlOf(queue), MessageBody: body })
  return `curl ${endpoint ?? `https://sqs.${region}.amazonaws.com/`} \\
  --aws-sigv4 aws:amz:${region}:sqs --user ${user} \\
  -H 'Content-Type: application/x-amz-json-1.0' \\
  -H 'X-Amz-Target: AmazonSQS.SendMessage' \\
  -d ${shellQuoted(message)}`
}

const typescript = (body, queue) => `import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'

const sqs = new SQSClient({ region: ${quoted(queue.region)}${queue.endpoint === undefined ? '' : `, endpoint: ${quoted(queue.endpoint)}`} })
const event = ${pretty(body)}

await sqs.send(new SendMessageCommand({
  QueueUrl: ${quoted(urlOf(queue))},
  MessageBody: JSON.stringify(event),
}))`

const python = (body, queue) => `import json

import boto3

sqs = boto3.client("sqs", region_name=${quoted(queue.region)}${queue.endpoint === undefined ? '' : `, endpoint_url=${quoted(queue.endpoint)}`})
event = ${pretty(body)}

sqs.send_message(
    QueueUrl=${quoted(urlOf(queue))},
    MessageBody=json.dumps(event, ensure_ascii=False),
)`

const java = (body, queue) => `import java.net.URI;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;

var sqs = SqsClient.builder()
    .region(Region.of(${quoted(queue.region)}))${queue.endpoint === undefined ? '' : `\n    .endpointOverride(URI.create(${quoted(queue.endpoint)}))`}
    .build();

sqs.sendMessage(request -> request
    .queueUrl(${quoted(urlOf(queue))})
    .messageBody(${quoted(body)}));`

const go = (body, queue) => `cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(${quoted(queue.region)}))
if err != nil {
	return err
}
client := sqs.NewFromConfig(cfg${queue.endpoint === undefined ? '' : `, func(o *sqs.Options) {\n	o.BaseEndpoint = aws.String(${quoted(queue.endpoint)})\n}`})

_, err = client.SendMessage(ctx, &sqs.SendMessageInput{
	QueueUrl:    aws.String(${quoted(urlOf(queue))}),
	MessageBody: aws.String(${quoted(body)}),
})`

export const languages = [
  { id: 'json', name: 'JSON', write: pretty },
  { id: 'curl', name: 'curl', write: curl },
  { id: 'typescript', name: 'TypeScript', write: typescript },
  { id: 'python', name: 'Python', write: python },
  { id: 'java', name: 'Java', write: java },
  { id: 'go', name: 'Go', write: go },
]
