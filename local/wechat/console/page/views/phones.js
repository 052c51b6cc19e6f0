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
  const chosen = placeOf('person')
  // A wide screen shows the phone of the latest person before anybody is chosen.
  const { data } = useData(chosen === undefined ? `/people/list?limit=1&app=${official.name}` : undefined, ['people'])
  const person = chosen ?? data?.people[0]?.id.toString()
  return html`<div class=${`phones ${chosen === undefined ? '' : 'has-person'}`}>
    <${People} official=${official} chosen=${person} />
    ${person === undefined ? html`<${Nobody} />` : html`<${Person} key=${`${person} ${official.name}`} id=${person} official=${official} mini=${mini} />`}
  </div>`
}

const Nobody = () =>
  html`<div class="card nobody"><${Empty} title=${t('No phones yet', '还没有手机')}>
    ${t('Add a person: their phone appears here, with the chat, the mini program, and what they can do.', '添加一个用户：这里会显示此人的手机、小程序和可进行的操作。')}
  <//></div>`

function Person({ id, official, mini }) {
  const path = `/people/${encodeURIComponent(id)}/phone?app=${official.name}&limit=${placeOf('entries') ?? 100}`
  const { data, error } = useData(path, ['people', 'chats', 'calls'], { keep: true })
  return html`<div class="person">
    <a class="back" href=${linkTo({ person: undefined, screen: undefined, open: undefined })} onClick=${followLink}><${Back} />${t('All people', '所有人')}</a>
    ${error && html`<p class="banner bad">${error.message}</p>`}
    ${
      data &&
      html`<${Handset} phone=${data} official=${official} mini=${mini} />
      <${PersonCard} phone=${data} official=${official} mini=${mini} />`
    }
  </div>`
}

export const phones = { id: 'phones', name, Icon: Phone, View }
