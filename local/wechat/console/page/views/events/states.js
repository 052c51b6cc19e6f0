/** The states of an event in words, and how they are marked. */
import { t } from '../../taste.js'

const states = () => ({
  pushed: ['plain', t('pushed', '已推送')],
  received: ['plain', t('in work', '处理中')],
  accepted: ['good', t('accepted', '微信已受理')],
  delivered: ['good', t('delivered', '已送达')],
  blocked: ['bad', t('blocked', '被用户屏蔽')],
  failed: ['bad', t('failed', '送达失败')],
  dropped: ['bad', t('not sent', '未发送')],
  rejected: ['bad', t('rejected', '被拒绝')],
  waiting: ['wait', t('waiting', '等待中')],
  parked: ['wait', t('waits for quota', '等待额度')],
  'in-doubt': ['wait', t('in doubt', '结果不明')],
})

/** `[mark, word]` of a state. */
export const wordOf = state => states()[state] ?? ['plain', state]
