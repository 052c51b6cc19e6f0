/** The NAT instance that all calls to WeChat go through, with EGRESS=nat-instance. */

const { minute } = require('./metrics.cjs')

module.exports = {
  // An instance is replaced within some two minutes. No data means that the group has no instance.
  NatDown: {
    says: 'There has been no NAT instance for five minutes: WeChat is unreachable, events wait and logins fail; EC2 → Auto Scaling groups → Activity says why',
    condition: 'HasNatInstance',
    Namespace: 'AWS/AutoScaling',
    MetricName: 'GroupInServiceInstances',
    dimensions: { AutoScalingGroupName: { Ref: 'NatGroup' } },
    Statistic: 'Maximum',
    below: 1,
    Period: minute,
    EvaluationPeriods: 5,
    TreatMissingData: 'breaching',
  },
}
