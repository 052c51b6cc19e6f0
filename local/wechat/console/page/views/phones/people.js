/** The list of people: searched by the box, and paged, so that it takes any number. */
import { useEffect, useState } from 'preact/hooks'
import { call, useData } from '../../api.js'
import { html } from '../../html.js'
import { Back, Next, Search } from '../../icons.js'
import { followLink, goTo, linkTo, placeOf } from '../../place.js'
import { t } from '../../taste.js'
import { attempt } from '../../toast.js'
import { Button, Empty, numberOf } from '../../ui.js'
import { Face } from './face.js'

const pageSize = 50
/** A search is not sent for every letter of a fast typist. */
const pauseMs = 150

export function People({ official, chosen }) {
  const search = placeOf('search') ?? ''
  const page = Math.max(1, Number.parseInt(placeOf('page') ?? '1', 10) || 1)
  const query = new URLSearchParams({
    app: official.name,
    search,
    offset: `${(page - 1) * pageSize}`,
    limit: `${pageSize}`,
  })
  const { data } = useData(`/people/list?${query}`, ['people'], { keep: true })
  return html`<section class="card people" aria-label=${t('People', '用户')}>
    <div class="people-tools"><${SearchBox} search=${search} /><${AddPerson} /></div>
    ${data && html`<${List} people=${data.people} chosen=${chosen} search=${search} /><${Pages} page=${page} total=${data.total} />`}
  </section>`
}

function SearchBox({ search }) {
  const [text, setText] = useState(search)
  useEffect(() => {
    if (text.trim() === search) return undefined
    const timer = setTimeout(() => goTo({ search: text.trim(), page: undefined }, { replace: true }), pauseMs)
    return () => clearTimeout(timer)
  }, [text])
  return html`<label class="search"><${Search} /><span class="unseen">${t('Search people', '搜索用户')}</span>
    <input type="search" name="search" value=${text} placeholder=${t('Name, number or id', '姓名、编号或 ID')} maxlength="128"
      autocomplete="off" onInput=${event => setText(event.currentTarget.value)} /></label>`
}

function AddPerson() {
  const [name, setName] = useState('')
  const add = () =>
    attempt(
      async () => {
        const person = await call('/people', { name: name.trim() || undefined })
        setName('')
        goTo({ person: person.id, search: undefined, page: undefined })
        return person
      },
      person => t(`Added ${person.name}`, `已添加 ${person.name}`),
    )
  const submit = event => {
    event.preventDefault()
    void add()
  }
  return html`<form class="row" onSubmit=${submit}>
    <label class="grow"><span class="unseen">${t('Name of a new person', '新用户的姓名')}</span>
      <input name="name" value=${name} placeholder=${t('New person', '新用户')} maxlength="20" autocomplete="off"
        onInput=${event => setName(event.currentTarget.value)} /></label>
    <button type="submit" class="button">${t('Add', '添加')}</button>
  </form>`
}

function List({ people, chosen, search }) {
  if (people.length === 0)
    return search === ''
      ? html`<${Empty} title=${t('Nobody here yet', '还没有人')}>${t('Add a person above.', '在上方添加一个用户。')}<//>`
      : html`<${Empty} title=${t('Nobody found', '没有找到')}>${t('Ids are found as a whole, names by a part.', 'ID 须完整，姓名可只输入一部分。')}<//>`
  return html`<ul class="people-list">${people.map(person => html`<${Row} key=${person.id} person=${person} isChosen=${String(person.id) === chosen} />`)}</ul>`
}

function Row({ person, isChosen }) {
  const name = nameOf(person)
  return html`<li><a href=${linkTo({ person: person.id, screen: undefined, open: undefined, entries: undefined })} onClick=${followLink}
      aria-current=${isChosen ? 'true' : undefined}>
    <${Face} id=${person.id} name=${name} />
    <span class="grow"><span class="name">${name}</span><span class="hint">#${person.id}</span></span>
    <span class=${`dot ${stateOf(person)[0]}`}></span><span class="hint">${stateOf(person)[1]}</span>
  </a></li>`
}

function stateOf({ following, blocking }) {
  if (!following) return ['', t('not following', '未关注')]
  return blocking === 'none' ? ['good', t('following', '已关注')] : ['bad', t('blocked', '已屏蔽')]
}

/** The name, or for one of many people who are alike the number. */
export function nameOf({ id, name }) {
  return name ?? t(`Person ${id}`, `用户 ${id}`)
}

function Pages({ page, total }) {
  const last = Math.max(1, Math.ceil(total / pageSize))
  const first = total === 0 ? 0 : (page - 1) * pageSize + 1
  const turn = (to, label, Icon) =>
    html`<${Button} kind="small" aria-label=${label} disabled=${to < 1 || to > last} onPress=${() => goTo({ page: to === 1 ? undefined : to })}><${Icon} /><//>`
  return html`<div class="pages"><span class="hint" role="status">
      ${numberOf(first)}–${numberOf(Math.min(total, page * pageSize))} / ${numberOf(total)}</span>
    <span class="row">${turn(page - 1, t('Previous page', '上一页'), Back)}${turn(page + 1, t('Next page', '下一页'), Next)}</span></div>`
}
