/** Phones: everybody in the box, and one person's phone. */
import { useData } from '../api.js'
import { html } from '../html.js'
import { Back, Phone } from '../icons.js'
import { followLink, linkTo, placeOf } from '../place.js'
import { t } from '../taste.js'
import { Empty } from '../ui.js'
import { Handset } from './phones/handset.js'
import { People } from './phones/people.js'
import { PersonCard } from './phones/person-card.js'

const name = () => t('Phones', '手机')

function View({ official, mini }) {
  const person = placeOf('person')
  return html`<div class=${`phones ${person === undefined ? '' : 'has-person'}`}>
    <${People} official=${official} chosen=${person} />
    ${person === undefined ? html`<${Nobody} />` : html`<${Person} key=${`${person} ${official.name}`} id=${person} official=${official} mini=${mini} />`}
  </div>`
}

const Nobody = () =>
  html`<div class="card nobody"><${Empty} title=${t('Choose a person', '选择一个人')}>
    ${t('Their phone appears here: the chat, the mini program, and what they can do.', '这里会显示此人的手机：聊天、小程序和可进行的操作。')}
  <//></div>`

function Person({ id, official, mini }) {
  const path = `/people/${encodeURIComponent(id)}/phone?app=${official.name}&limit=${placeOf('entries') ?? 100}`
  const { data, error } = useData(path, ['people', 'chats', 'calls'], { keep: true })
  return html`<div class="person">
    <a class="back" href=${linkTo({ person: undefined, screen: undefined, open: undefined })} onClick=${followLink}><${Back} />${t('All people', '所有人')}</a>
    ${error && html`<p class="banner bad">${error.message}</p>`}
    ${data && html`<${Handset} phone=${data} official=${official} mini=${mini} />
      <${PersonCard} phone=${data} official=${official} mini=${mini} />`}
  </div>`
}

export const phones = { id: 'phones', name, Icon: Phone, View }
