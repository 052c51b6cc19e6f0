/** Pushes one event: the form, the JSON beside it, and the same push as a producer writes it. */
import { useEffect, useState } from 'preact/hooks'
import { html } from '../../html.js'
import { Back } from '../../icons.js'
import { followLink, goTo, linkTo, placeOf } from '../../place.js'
import { ask, useStage } from '../../stage-api.js'
import { t } from '../../taste.js'
import { attempt } from '../../toast.js'
import { Button } from '../../ui.js'
import { AsCode } from './as-code.js'
import { Canned } from './canned.js'
import { draftOf, eventOf, exampleOf } from './draft.js'
import { FormFields } from './form-fields.js'
import { bodyOf, keepBody } from './pushed.js'
import { useSomebody } from './recipients.js'

const pauseMs = 150

/** @typedef {import('./draft.js').Draft} Draft */
/** @typedef {{ problem?: string, fields: Record<string, string> }} Checked */

export function PushForm({ about }) {
  const { data, error } = useStage('/templates', ['lists'])
  const somebody = useSomebody()
  return html`<div class="push-head"><a class="back always" href=${linkTo({ push: undefined })} onClick=${followLink}><${Back} />${t('All events', '所有事件')}</a></div>
    ${error && html`<p class="banner bad">${error.message}</p>`}
    ${data && somebody.isKnown && html`<${Form} about=${about} templates=${data.templates} people=${somebody.people} person=${somebody.person} />`}`
}

function Form({ about, templates, people, person }) {
  const [draft, setDraft] = useState(/** @type {() => Draft} */ (() => draftFromPlace(templates, person)))
  const body = JSON.stringify(eventOf(draft, templates, about))
  const checked = useCheck(body)
  const change = part => setDraft(old => ({ ...old, ...part }))
  const push = () =>
    attempt(
      async () => {
        keepBody(draft.id, body)
        await ask('/events', body)
        goTo({
          push: undefined,
          event: draft.id,
          next: undefined,
          state: undefined,
          template: undefined,
          from: undefined,
          id: undefined,
        })
      },
      t('Pushed: this is what becomes of it.', '已推送，经过如下。'),
    )
  const submit = event => {
    event.preventDefault()
    void push()
  }
  return html`<div class="push">
    <form class="card padded" aria-label=${t('Push an event', '推送事件')} onSubmit=${submit} noValidate>
      <${Canned} templates=${templates} person=${draft.person ?? person} onChoose=${setDraft} />
      <${FormFields} draft=${draft} templates=${templates} people=${people} about=${about} problems=${checked.fields} onChange=${change} />
      <div role="status">${checked.problem && html`<p class="banner wait" id="push-problem">${t('The sender would reject it: ', '发送函数会拒绝：')}${checked.problem}</p>`}</div>
      <div class="row wrap"><button type="submit" class="button main" name="push-now">${checked.problem ? t('Push it all the same', '仍然推送') : t('Push', '推送')}</button>
        <${Button} name="example" onPress=${() => setDraft({ ...exampleOf(templates, draft.person ?? person, draft.template), id: draft.id })}>${t('Example values', '示例值')}<//></div>
    </form>
    <${AsCode} body=${body} queue=${about.queue} />
  </div>`
}

/** What the sender would say; asked for once the typist rests. */
function useCheck(body) {
  const [checked, setChecked] = useState(/** @type {Checked} */ ({ fields: {} }))
  useEffect(() => {
    let isOver = false
    const timer = setTimeout(async () => {
      const answer = await ask('/events/check', body).catch(() => ({ fields: {} }))
      if (!isOver) setChecked(answer)
    }, pauseMs)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [body])
  return checked
}

/** `push=<id>` changes an event that was pushed from here. */
function draftFromPlace(templates, person) {
  const body = bodyOf(placeOf('push'))
  return body === undefined ? exampleOf(templates, person) : draftOf(JSON.parse(body), templates, person)
}
