/** What lets an event go that waits for quota: it goes by itself, and who does not want to wait has two keys. */
import { html } from '../../html.js'
import { parts } from '../../parts.js'
import { ask } from '../../stage-api.js'
import { t } from '../../taste.js'
import { attempt } from '../../toast.js'
import { Button } from '../../ui.js'
import { moveClock, toMidnight } from '../wechat/move-clock.js'

export function Parked({ app, about }) {
  const reopen = () => attempt(() => ask('/quota/reopen', { app }), t('The gate is open.', '闸门已打开。'))
  return html`<section class="next" aria-label=${t('How it goes on', '接下来')}>
    <p>${t('It goes out by itself once there is quota again: at midnight in China, or earlier; that is looked for every other minute.', '额度恢复后自动发送：北京时间零点，或更早；系统每两分钟查看一次额度。')}</p>
    <div class="row wrap">
      ${parts.includes('box') && html`<${Button} kind="small" name="midnight" onPress=${() => moveClock(toMidnight)}>${t('To midnight in China', '到北京时间零点')}<//>`}
      ${about.isWriting && html`<${Button} kind="small" name="reopen" onPress=${reopen}>${t('Open the gate now', '立即打开闸门')}<//>`}
    </div></section>`
}
