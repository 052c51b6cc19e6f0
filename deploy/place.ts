/** What the stage's name and region require of the parameters: such mistakes would otherwise show very late. */

import type { Parameters } from './parameters.ts'

export type Place = {
  readonly stage: string
  readonly region: string
  /** Their names on AWS. */
  readonly functionNames: readonly string[]
}

/** Lambda's limit for a function name. */
const mostLetters = 64

/** Lists everything that does not fit the stage or region. */
export function problemsOfPlace(parameters: Parameters, place: Place): string[] {
  return [...problemsOfStage(place), ...problemsOfRegion(place.region), ...problemsOfArns(parameters, place.region)]
}

function problemsOfStage({ stage, functionNames }: Place): string[] {
  if (!/^[a-z][a-z0-9-]*$/.test(stage))
    return ['--stage must be lower-case letters, digits and -, starting with a letter']
  const longest = Math.max(...functionNames.map(it => it.length))
  const room = mostLetters - (longest - stage.length)
  return longest > mostLetters
    ? [`--stage must have at most ${room} letters, because the functions’ names contain it`]
    : []
}

function problemsOfRegion(region: string): string[] {
  const isElsewhere = !/^(aws|aws-cn)$/.test(partitionOf(region))
  return isElsewhere
    ? [`AWS_REGION must be one of AWS or AWS China: ${region} lacks services that the template uses`]
    : []
}

function problemsOfArns({ alarmTopic, producerRoles }: Parameters, region: string): string[] {
  const partition = partitionOf(region)
  const roles = arnsIn(producerRoles).filter(it => it.partition !== partition)
  const topics = arnsIn(alarmTopic).filter(it => it.partition !== partition || it.region !== region)
  return [
    ...roles.map(it => `PRODUCER_ROLES must be of the partition ${partition}, as ${region} is: ${it.arn}`),
    ...topics.map(it => `ALARM_TOPIC must be a topic in ${region}, where the alarms are: ${it.arn}`),
  ]
}

/** Only values that are ARNs at all; others are reported by their own rule. */
function arnsIn(value: unknown) {
  const given = typeof value === 'string' ? value.split(',').filter(it => it.startsWith('arn:')) : []
  return given.map(arn => {
    const [, partition, , region] = arn.split(':')
    return { arn, partition, region }
  })
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  const [, special] = /^us-(gov|iso[a-z]?)-/.exec(region) ?? []
  return special === undefined ? 'aws' : `aws-us-${special}`
}
