/** The phone itself: the chat with the account, or the mini program. */
import { html } from '../../html.js'
import { goTo, placeOf } from '../../place.js'
import { t } from '../../taste.js'
import { Panel, Tabs } from '../../ui.js'
import { Chat } from './chat.js'
import { MiniProgram } from './mini-program.js'
import { nameOf } from './people.js'

export function Handset({ phone, official, mini }) {
  const screen = placeOf('screen') === 'mini' ? 'mini' : 'chat'
  const tabs = [
    { id: 'chat', text: t('Chat', '聊天') },
    { id: 'mini', text: t('Mini program', '小程序') },
  ]
  const choose = id => goTo({ screen: id === 'chat' ? undefined : id, open: undefined })
  const label = t(`The phone of ${nameOf(phone.person)}`, `${nameOf(phone.person)}的手机`)
  return html`<div class="handset-column">
    <${Tabs} label=${label} current=${screen} tabs=${tabs} onChoose=${choose} />
    <${Panel} id=${screen} class="handset" data-screen=${screen}>
      ${screen === 'chat' ? html`<${Chat} phone=${phone} official=${official} />` : html`<${MiniProgram} phone=${phone} mini=${mini} official=${official} />`}
    <//>
  </div>`
}
