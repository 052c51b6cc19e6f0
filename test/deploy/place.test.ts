import { describe, expect, it } from 'vitest'

import { type Place, problemsOfPlace } from '../../deploy/place.ts'

const topic = 'arn:aws:sns:ap-southeast-1:123456789012:ops'
const roles = 'arn:aws:iam::123456789012:role/shop,arn:aws-cn:iam::210987654321:role/crm'
const place = (more: Partial<Place> = {}): Place => {
  const stage = more.stage ?? 'prod'
  const functionNames = ['send', 'revisit-followers'].map(it => `queqiao-${stage}-${it}`)
  return { stage, region: 'ap-southeast-1', functionNames, ...more }
}

describe('what does not fit its place', () => {
  it('is nothing where all is of one region and partition', () => {
    expect(problemsOfPlace({ alarmTopic: topic, producerRoles: '' }, place())).toEqual([])
    const inChina = {
      alarmTopic: 'arn:aws-cn:sns:cn-north-1:123456789012:ops',
      producerRoles: 'arn:aws-cn:iam::123456789012:role/shop',
    }
    expect(problemsOfPlace(inChina, place({ region: 'cn-north-1' }))).toEqual([])
  })

  it('is an alarm topic of another region or partition', () => {
    for (const region of ['us-east-1', 'cn-north-1'])
      expect(problemsOfPlace({ alarmTopic: topic }, place({ region }))).toEqual([
        expect.stringMatching(new RegExp(`^ALARM_TOPIC .*${region}.*${topic}$`)),
      ])
  })

  it('is each role of another partition', () => {
    expect(problemsOfPlace({ producerRoles: roles }, place())).toEqual([
      expect.stringMatching(/^PRODUCER_ROLES .*partition aws,.*:role\/crm$/),
    ])
    expect(problemsOfPlace({ producerRoles: roles }, place({ region: 'cn-north-1' }))).toEqual([
      expect.stringMatching(/^PRODUCER_ROLES .*partition aws-cn,.*:role\/shop$/),
    ])
  })

  // A stage keeps its data by its name: `Prod` would have been packaged as one whose tables go with it.
  it('is a stage in capitals', () => {
    expect(problemsOfPlace({}, place({ stage: 'Prod' }))).toEqual([
      expect.stringMatching(/^--stage must be lower-case/),
    ])
  })

  // Lambda takes 64 letters; what is too long failed when the network was made already.
  it('is a stage whose functions would have names that are too long', () => {
    expect(problemsOfPlace({}, place({ stage: 'a'.repeat(38) }))).toEqual([])
    expect(problemsOfPlace({}, place({ stage: 'a'.repeat(39) }))).toEqual([expect.stringMatching(/^--stage .* 38 /)])
    expect(problemsOfPlace({}, place({ stage: 'pre_prod' }))).toEqual([expect.stringMatching(/^--stage /)])
  })

  it('is a region without CloudFront, but for China', () => {
    for (const region of ['us-gov-west-1', 'us-iso-east-1'])
      expect(problemsOfPlace({}, place({ region }))).toEqual([expect.stringMatching(/^AWS_REGION .*:/)])
  })
})
