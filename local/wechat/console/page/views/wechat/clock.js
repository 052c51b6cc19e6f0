/** The box's clock, which can be moved: quotas and tokens end by it. */
import { useEffect, useState } from 'preact/hooks'
import { call, useData } from '../../api.js'
import { html } from '../../html.js'
import { t } from '../../taste.js'
import { attempt } from '../../toast.js'
import { Button, dateOf } from '../../ui.js'
import { moveClock, toMidnight } from './move-clock.js'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

export function Clock() {
  const { data } = useData('/clock', ['people'])
  return html`<section class="card padded" aria-label=${t('Clock', '时钟')}><h2>${t('Clock', '时钟')}</h2>
    ${data && html`<${Ticking} key=${data.now} now=${data.now} />`}
    <div class="row wrap">
      <${Move} text=${t('+1 minute', '+1 分钟')} ms=${() => minuteMs} />
      <${Move} text=${t('+1 hour', '+1 小时')} ms=${() => hourMs} />
      <${Move} text=${t('+2 hours', '+2 小时')} ms=${() => 2 * hourMs} />
      <${Move} name="midnight" text=${t('To midnight in China', '到北京时间零点')} ms=${toMidnight} />
      <${Button} kind="small" name="now" onPress=${setToNow}>${t('To the real time', '回到真实时间')}<//>
    </div></section>`
}

const Move = ({ name, text, ms }) =>
  html`<${Button} kind="small" name=${name} onPress=${() => moveClock(ms)}>${text}<//>`

const setToNow = () =>
  attempt(() => call('/clock', { set: Date.now() }), t('The clock is right again.', '时钟已恢复。'))

function Ticking({ now }) {
  const [ahead] = useState(() => now - Date.now())
  const [shown, setShown] = useState(now)
  useEffect(() => {
    const timer = setInterval(() => setShown(Date.now() + ahead), 1000)
    return () => clearInterval(timer)
  }, [])
  const isMoved = Math.abs(ahead) > minuteMs / 2
  return html`<p class="time">${dateOf(shown)} <span class="hint">${t('China', '北京时间')}${isMoved ? t(', moved', '，已调整') : ''}</span></p>`
}
