/** How far the follower sync is. */
import { html } from '../../html.js'
import { t } from '../../taste.js'
import { Badge, dateOf, numberOf } from '../../ui.js'
import { Fact, PerAccount } from './per-account.js'

const states = () => ({
  complete: ['good', t('complete', '已完成')],
  'under-way': ['wait', t('under way', '进行中')],
  waiting: ['wait', t('waits', '等待中')],
  refused: ['bad', t('refused by WeChat', '被微信拒绝')],
  busy: ['wait', t('another one runs', '另一个正在进行')],
  idle: ['plain', t('not begun', '尚未开始')],
})

export const Sync = ({ about }) =>
  html`<${PerAccount} about=${about} path="/sync" label=${t('Follower sync', '关注者同步')} topics=${['queues']} Told=${Told} />`

function Told({ data: { state, pages, followers, total, added, removed, toLink, beganAt, pausedUntil } }) {
  const [mark, word] = states()[state] ?? ['plain', state]
  return html`<p><${Badge} kind=${mark}>${word}<//></p>
    ${total > 0 && html`<label class="field"><span>${t(`${numberOf(followers)} of ${numberOf(total)} followers read`, `已读取 ${numberOf(followers)} / ${numberOf(total)} 个关注者`)}</span><progress max=${total} value=${Math.min(followers, total)}></progress></label>`}
    <dl class="facts"><${Fact} name=${t('Pages', '页数')} value=${numberOf(pages)} /><${Fact} name=${t('New', '新增')} value=${numberOf(added)} />
      <${Fact} name=${t('Gone', '已取关')} value=${removed === undefined ? undefined : numberOf(removed)} /><${Fact} name=${t('To be linked', '待关联')} value=${toLink === undefined ? undefined : numberOf(toLink)} />
      <${Fact} name=${t('Began', '开始')} value=${beganAt === undefined ? undefined : dateOf(beganAt)} /><${Fact} name=${t('Goes on', '继续')} value=${pausedUntil === undefined ? undefined : dateOf(pausedUntil)} /></dl>`
}
