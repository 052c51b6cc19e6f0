/** The list of events, with filters and a search by id; all of them are in the URL. */
import { useEffect, useState } from 'preact/hooks'
import { html } from '../../html.js'
import { Plus, Search } from '../../icons.js'
import { followLink, goTo, linkTo, placeOf } from '../../place.js'
import { useStage } from '../../stage-api.js'
import { t } from '../../taste.js'
import { Badge, Button, Empty, Select, timeOf } from '../../ui.js'
import { wordOf } from './states.js'

const pauseMs = 150
const filters = ['state', 'template', 'from', 'id', 'next']

export function EventList({ about, chosen }) {
  const given = filters.flatMap(name => {
    const value = placeOf(name)
    return value === undefined ? [] : [[name, value]]
  })
  const { data, error } = useStage(`/events?${new URLSearchParams(given)}`, ['events'], { keep: true })
  return html`<section class="card event-list" aria-label=${t('Events', '事件')}>
    <${Tools} about=${about} />
    ${error && html`<p class="banner bad">${error.message}</p>`}
    ${data && html`<${Rows} events=${data.events} about=${about} chosen=${chosen} isFiltered=${given.length > 0} /><${Pages} next=${data.next} />`}
  </section>`
}

function Tools({ about }) {
  const { data } = useStage('/templates', ['lists'])
  const templates = [...new Set((data?.templates ?? []).map(it => it.name))]
  const choose = name => value => goTo({ [name]: value, next: undefined })
  const all = (word, list, told = it => it) => [['', word], ...list.map(it => [it, told(it)])]
  return html`<div class="people-tools">
    <div class="row"><div class="grow"><${SearchBox} /></div>
      ${about.isWriting && html`<${Button} kind="main" name="push" onPress=${() => goTo({ push: 'on', event: undefined })}><${Plus} />${t('Push an event', '推送事件')}<//>`}</div>
    <div class="row filters">
      <${Select} hidden label=${t('State', '状态')} value=${placeOf('state') ?? ''} options=${all(t('All states', '所有状态'), about.states, it => wordOf(it)[1])} onChange=${choose('state')} />
      <${Select} hidden label=${t('Template', '模板')} value=${placeOf('template') ?? ''} options=${all(t('All templates', '所有模板'), templates)} onChange=${choose('template')} />
      ${about.officials.length > 1 && html`<${Select} hidden label=${t('Account', '服务号')} value=${placeOf('from') ?? ''} options=${all(t('All accounts', '所有服务号'), about.officials)} onChange=${choose('from')} />`}
    </div></div>`
}

function SearchBox() {
  const id = placeOf('id') ?? ''
  const [text, setText] = useState(id)
  useEffect(() => {
    if (text.trim() === id) return undefined
    const timer = setTimeout(() => goTo({ id: text.trim(), next: undefined }, { replace: true }), pauseMs)
    return () => clearTimeout(timer)
  }, [text])
  // A whole id opens that event, also one that is in no list.
  const open = event => {
    event.preventDefault()
    if (text.trim() !== '') goTo({ event: text.trim() })
  }
  return html`<form onSubmit=${open}><label class="search"><${Search} /><span class="unseen">${t('Search by id', '按 ID 搜索')}</span>
    <input type="search" name="id" value=${text} placeholder=${t('Event id; Enter opens it', '事件 ID，回车打开')} maxlength="128" autocomplete="off"
      onInput=${event => setText(event.currentTarget.value)} /></label></form>`
}

function Rows({ events, about, chosen, isFiltered }) {
  if (events.length === 0)
    return isFiltered
      ? html`<${Empty} title=${t('No such event', '没有符合的事件')}>${t('Press Enter in the search to look an id up in the tables.', '在搜索框按回车，可在数据表中查找该 ID。')}<//>`
      : html`<${Empty} title=${about.isWatched ? t('No events yet', '还没有事件') : t('Everything was delivered', '全部已送达')}>
          ${about.isWatched ? t('Push one: here you see what becomes of it.', '推送一个事件，即可看到它的经过。') : t('Here stands what was not simply delivered. An event that was is found by its id.', '这里列出未正常送达的事件；已送达的请按 ID 查找。')}<//>`
  return html`<ul class="event-rows">${events.map(event => html`<${Row} key=${`${event.id} ${event.msgid}`} event=${event} isChosen=${event.id !== undefined && event.id === chosen} />`)}</ul>`
}

function Row({ event: { id, state, template, from, at, reason, msgid }, isChosen }) {
  const [mark, word] = wordOf(state)
  const about = html`<span class="grow"><span class="name"><code>${id ?? `msgid ${msgid}`}</code></span>
      <span class="hint cut">${[template, from, reason].filter(Boolean).join(' · ')}</span></span>
    <span class="event-end"><${Badge} kind=${mark}>${word}<//><time class="hint" datetime=${at}>${timeOf(new Date(at))}</time></span>`
  // What a receipt tells of a message whose event nobody wrote down opens nothing.
  if (id === undefined) return html`<li><div class="event-row">${about}</div></li>`
  return html`<li><a class="event-row" href=${linkTo({ event: id })} onClick=${followLink} aria-current=${isChosen ? 'true' : undefined}>${about}</a></li>`
}

function Pages({ next }) {
  const isLater = placeOf('next') !== undefined
  if (next === undefined && !isLater) return null
  return html`<div class="pages">
    <${Button} kind="small" disabled=${!isLater} onPress=${() => goTo({ next: undefined })}>${t('Newest', '最新')}<//>
    <${Button} kind="small" disabled=${next === undefined} onPress=${() => goTo({ next })}>${t('Older', '更早')}<//></div>`
}
