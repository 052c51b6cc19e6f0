/** The one machine that all calls to WeChat leave by, where EGRESS=nat-instance has it. */

const { minute } = require('./metrics.cjs')

module.exports = {
  // A machine is replaced within some two minutes. A group that counts nothing is no group that has one.
  NatDown: {
    says: 'For five minutes there is no NAT instance: WeChat is not reached, events wait and logins fail; EC2 → Auto Scaling groups → Activity tells why',
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
