/** WeChat: its clock, faults that can be switched on, and what went between it and the developer's side. */
import { html } from '../html.js'
import { Chats } from '../icons.js'
import { goTo, placeOf } from '../place.js'
import { t } from '../taste.js'
import { Panel, Tabs } from '../ui.js'
import { Callbacks } from './wechat/callbacks.js'
import { Calls } from './wechat/calls.js'
import { Clock } from './wechat/clock.js'
import { Faults } from './wechat/faults.js'
import { Quotas } from './wechat/quotas.js'
import { Tokens } from './wechat/tokens.js'

const name = () => t('WeChat', '微信')

const parts = [
  { id: 'calls', name: () => t('Calls in', '收到的调用'), Part: Calls },
  { id: 'callbacks', name: () => t('Callbacks out', '发出的回调'), Part: Callbacks },
  { id: 'quotas', name: () => t('Quotas', '额度'), Part: Quotas },
  { id: 'tokens', name: () => t('Tokens', '令牌'), Part: Tokens },
]

function View({ official }) {
  const { id, Part } = parts.find(part => part.id === placeOf('part')) ?? parts[0]
  const choose = part => goTo({ part: part === parts[0].id ? undefined : part, call: undefined, callback: undefined })
  const tabs = parts.map(part => ({ id: part.id, text: part.name() }))
  return html`<div class="wechat">
    <div class="traffic">
      <${Tabs} label=${t('Traffic', '往来')} current=${id} tabs=${tabs} onChoose=${choose} />
      <${Panel} id=${id} class="card"><${Part} key=${id} /><//>
    </div>
    <div class="controls"><${Clock} /><${Faults} key=${official.name} official=${official} /></div>
  </div>`
}

export const wechat = { id: 'wechat', name, Icon: Chats, View }
