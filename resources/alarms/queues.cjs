/** What waits too long, what fails again and again, and what was laid aside for people. */

const { minute, hour, queue } = require('./metrics.cjs')

const deadLetters = name => ({ ...queue(name, 'ApproximateNumberOfMessagesVisible'), Statistic: 'Maximum', above: 0 })
const waitsFor = (seconds, name) => ({
  ...queue(name, 'ApproximateAgeOfOldestMessage'),
  Statistic: 'Maximum',
  above: seconds,
  Period: minute,
  EvaluationPeriods: 3,
})

/** A queue's age leaves out what was received three times: then only its consumer says that it is there. */
const failing = {
  EventsFailing: { queue: 'EventsQueue', by: 'send', minutes: 10, what: 'Events' },
  FollowersFailing: { queue: 'FollowersQueue', by: 'link-followers', minutes: 30, what: 'News of followers' },
  // A receipt may come before its delivery is written, and comes again for up to twelve minutes.
  ReceiptsFailing: { queue: 'ReceiptsQueue', by: 'receipts', minutes: 15, what: 'Delivery receipts' },
  ImagesFailing: { queue: 'ImagesQueue', by: 'receive-images', minutes: 15, what: 'Uploaded pictures' },
}
const failingChecks = {
  ImageChecksFailing: { queue: 'ImageChecksQueue', by: 'check-images', minutes: 30, what: 'Checks of pictures' },
}

/** Tries lie up to six minutes apart, so one of three periods has to do. */
const failsFor =
  own =>
  ([name, { queue: of, by, minutes, what }]) => [
    name,
    {
      says: `${what} have failed again and again for over ${minutes} minutes: the log of ${by} tells why`,
      ...own('FailingSeconds', { queue: { 'Fn::GetAtt': [of, 'QueueName'] } }),
      Statistic: 'Maximum',
      above: minutes * minute,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 1,
    },
  ]

const always = {
  EventsDeadLetters: {
    says: 'Events were laid aside: ./queqiao redrive shows them, with the reason of each',
    ...deadLetters('EventsDeadLetterQueue'),
  },
  EventsInDoubt: {
    says: 'Of some events nobody knows whether they reached the phone: ./queqiao redrive shows them',
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
  // What is put off is a new message each time, and so never old here: by its cause the alarms OperatorNeeded and EventsLate tell of it.
  EventsWait: {
    says: 'An event waits in its queue for over ten minutes: send is not called, or too slow',
    ...waitsFor(10 * minute, 'EventsQueue'),
  },
  // A first sync run queues everybody at once.
  FollowersWait: {
    says: 'Who followed or left waits in the queue for over six hours: link-followers is not called, or too slow',
    ...waitsFor(6 * hour, 'FollowersQueue'),
  },
  ReceiptsWait: {
    says: 'Delivery receipts wait in their queue for over 15 minutes: receipts is not called, or too slow',
    ...waitsFor(15 * minute, 'ReceiptsQueue'),
  },
  ImagesWait: {
    says: 'Uploaded pictures wait in their queue for over 15 minutes: receive-images is not called, or too slow',
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
    says: 'Checks of pictures wait in their queue for over an hour: check-images is not called, or too slow',
    ...waitsFor(hour, 'ImageChecksQueue'),
  },
}

module.exports = ({ imageCheck, own }) => {
  const isChecked = imageCheck === 'on'
  const consumers = Object.entries({ ...failing, ...(isChecked ? failingChecks : {}) })
  return { ...always, ...(isChecked ? withChecks : {}), ...Object.fromEntries(consumers.map(failsFor(own))) }
}
