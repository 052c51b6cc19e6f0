/** Messages that wait too long, fail repeatedly, or are dead-lettered or in doubt. */

const { minute, hour, queue } = require('./metrics.cjs')

const deadLetters = name => ({ ...queue(name, 'ApproximateNumberOfMessagesVisible'), Statistic: 'Maximum', above: 0 })
const waitsFor = (seconds, name) => ({
  ...queue(name, 'ApproximateAgeOfOldestMessage'),
  Statistic: 'Maximum',
  above: seconds,
  Period: minute,
  EvaluationPeriods: 3,
})

/** The age of a queue's oldest message excludes messages received three times: only the consumer can report those. */
const failing = {
  EventsFailing: { queue: 'EventsQueue', by: 'send', minutes: 10, what: 'Events' },
  FollowersFailing: { queue: 'FollowersQueue', by: 'link-followers', minutes: 30, what: 'Follower changes' },
  // A receipt may arrive before its delivery is written; it is then retried for up to twelve minutes.
  ReceiptsFailing: { queue: 'ReceiptsQueue', by: 'receipts', minutes: 15, what: 'Delivery receipts' },
  ImagesFailing: { queue: 'ImagesQueue', by: 'receive-images', minutes: 15, what: 'Uploaded pictures' },
}
const failingChecks = {
  ImageChecksFailing: { queue: 'ImageChecksQueue', by: 'check-images', minutes: 30, what: 'Checks of pictures' },
}

const failingPushes = {
  PassOnFailing: { queue: 'PassOnQueue', by: 'pass-on', minutes: 15, what: 'Pushes for the bus or queue behind us' },
}

/** Retries are up to six minutes apart, so one period of three is enough. */
const failsFor =
  own =>
  ([name, { queue: of, by, minutes, what }]) => [
    name,
    {
      says: `${what} have kept failing for over ${minutes} minutes: the log of ${by} says why`,
      ...own('FailingSeconds', { queue: { 'Fn::GetAtt': [of, 'QueueName'] } }),
      Statistic: 'Maximum',
      above: minutes * minute,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 1,
    },
  ]

const always = {
  EventsDeadLetters: {
    says: 'Events were dead-lettered: ./queqiao redrive lists them by reason',
    ...deadLetters('EventsDeadLetterQueue'),
  },
  EventsInDoubt: {
    says: 'Some events may or may not have reached the phone: ./queqiao redrive lists them',
    ...deadLetters('EventsReviewQueue'),
  },
  FollowersDeadLetters: {
    says: 'Follower changes could not be written: the log of link-followers says why',
    ...deadLetters('FollowersDeadLetterQueue'),
  },
  ReceiptsDeadLetters: {
    says: 'Delivery receipts could not be written: the log of receipts says why',
    ...deadLetters('ReceiptsDeadLetterQueue'),
  },
  ImagesDeadLetters: {
    says: 'Uploaded pictures could not be inspected: the log of receive-images says why',
    ...deadLetters('ImagesDeadLetterQueue'),
  },
  // A deferred event is requeued as a new message, never an old one: OperatorNeeded and EventsLate watch those.
  EventsWait: {
    says: 'An event has waited in its queue for over ten minutes: send is not called, or too slow',
    ...waitsFor(10 * minute, 'EventsQueue'),
  },
  // The first sync run queues all followers at once.
  FollowersWait: {
    says: 'Follower changes have waited in their queue for over six hours: link-followers is not called, or too slow',
    ...waitsFor(6 * hour, 'FollowersQueue'),
  },
  ReceiptsWait: {
    says: 'Delivery receipts have waited in their queue for over 15 minutes: receipts is not called, or too slow',
    ...waitsFor(15 * minute, 'ReceiptsQueue'),
  },
  ImagesWait: {
    says: 'Uploaded pictures have waited in their queue for over 15 minutes: receive-images is not called, or too slow',
    ...waitsFor(15 * minute, 'ImagesQueue'),
  },
}

/** Only if pictures are checked; they may wait hours for WeChat. */
const withChecks = {
  ImageChecksDeadLetters: {
    says: 'Checks of pictures could not be requested from WeChat: the log of check-images says why',
    ...deadLetters('ImageChecksDeadLetterQueue'),
  },
  ImageChecksWait: {
    says: 'Checks of pictures have waited in their queue for over an hour: check-images is not called, or too slow',
    ...waitsFor(hour, 'ImageChecksQueue'),
  },
}

/** Only if pushes are passed on. */
const withPushes = own => ({
  PassOnDeadLetters: {
    says: 'Pushes were not taken by the bus or queue behind us for an hour: the log of pass-on says why; after that Start DLQ redrive',
    ...deadLetters('PassOnDeadLetterQueue'),
  },
  PassOnWait: {
    says: 'Pushes have waited in their queue for over 15 minutes: pass-on is not called, or too slow',
    ...waitsFor(15 * minute, 'PassOnQueue'),
  },
  // A server that restarts loses some; WeChat would lose them too.
  ForwardFailing: {
    says: 'A server behind us keeps failing to take pushes: push.not-forwarded in the logs of callback and pass-on names it',
    ...own('ForwardFailed'),
    above: 3,
    EvaluationPeriods: 2,
  },
})

module.exports = ({ imageCheck, passesOn, own }) => {
  const isChecked = imageCheck === 'on'
  const consumers = { ...failing, ...(isChecked ? failingChecks : {}), ...(passesOn ? failingPushes : {}) }
  return {
    ...always,
    ...(isChecked ? withChecks : {}),
    ...(passesOn ? withPushes(own) : {}),
    ...Object.fromEntries(Object.entries(consumers).map(failsFor(own))),
  }
}
