/** What waits too long, and what was laid aside for people. */

const { minute, hour, queue } = require('./metrics.cjs')

const deadLetters = name => ({ ...queue(name, 'ApproximateNumberOfMessagesVisible'), Statistic: 'Maximum', above: 0 })
const waitsFor = (seconds, name) => ({
  ...queue(name, 'ApproximateAgeOfOldestMessage'),
  Statistic: 'Maximum',
  above: seconds,
  Period: minute,
  EvaluationPeriods: 3,
})

const always = {
  EventsDeadLetters: {
    says: 'Events were laid aside: npm run redrive shows them, with the reason of each',
    ...deadLetters('EventsDeadLetterQueue'),
  },
  EventsInDoubt: {
    says: 'Of some events nobody knows whether they reached the phone: npm run redrive shows them',
    ...deadLetters('EventsReviewQueue'),
  },
  FollowersDeadLetters: {
    says: 'Who followed or left could not be written: the log of link-followers tells why',
    ...deadLetters('FollowersDeadLetterQueue'),
  },
  ReceiptsDeadLetters: {
    says: 'Delivery receipts could not be written: the log of receipts tells why',
    ...deadLetters('ReceiptsDeadLetterQueue'),
  },
  ImagesDeadLetters: {
    says: 'Pictures that were uploaded could not be looked at: the log of receive-images tells why',
    ...deadLetters('ImagesDeadLetterQueue'),
  },
  // What is put off is a new message each time, and so never old: it shows by its delay. Of eight minutes four do, for
  // between two delays a message is in work; a hiccup is over sooner.
  EventsPutOff: {
    says: 'For minutes events could not be sent, and come again later: npm run doctor and the log of send tell why',
    ...queue('EventsQueue', 'ApproximateNumberOfMessagesDelayed'),
    Statistic: 'Maximum',
    above: 0,
    Period: minute,
    EvaluationPeriods: 8,
    DatapointsToAlarm: 4,
  },
  EventsWait: {
    says: 'An event waits in its queue for over ten minutes: send is not called, or ends without an answer',
    ...waitsFor(10 * minute, 'EventsQueue'),
  },
  // A first walk queues everybody at once.
  FollowersWait: {
    says: 'Who followed or left waits for over six hours: the log of link-followers tells why',
    ...waitsFor(6 * hour, 'FollowersQueue'),
  },
  ReceiptsWait: {
    says: 'Delivery receipts wait for over 15 minutes: the log of receipts tells why',
    ...waitsFor(15 * minute, 'ReceiptsQueue'),
  },
  ImagesWait: {
    says: 'Uploaded pictures wait for over 15 minutes: the log of receive-images tells why',
    ...waitsFor(15 * minute, 'ImagesQueue'),
  },
}

/** Only where pictures are checked; they wait there for WeChat, up to hours. */
const withChecks = {
  ImageChecksDeadLetters: {
    says: 'Pictures wait for a check that WeChat could not be asked for: the log of check-images tells why',
    ...deadLetters('ImageChecksDeadLetterQueue'),
  },
  ImageChecksWait: {
    says: 'Pictures wait for over an hour to be checked: the log of check-images tells why',
    ...waitsFor(hour, 'ImageChecksQueue'),
  },
}

module.exports = imageCheck => ({ ...always, ...(imageCheck === 'on' ? withChecks : {}) })
