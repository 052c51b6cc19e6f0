/** What became of one event, step by step. */
import { html } from '../../html.js'
import { Back } from '../../icons.js'
import { followLink, goTo, linkTo } from '../../place.js'
import { ask, useStage } from '../../stage-api.js'
import { t } from '../../taste.js'
import { attempt } from '../../toast.js'
import { Badge, Button, CopyId, dateOf, Empty, timeOf } from '../../ui.js'
import { Parked } from './parked.js'
import { bodyOf, keepBody, newId } from './pushed.js'
import { sayStep } from './say-step.js'
import { wordOf } from './states.js'

export function Timeline({ id, about }) {
  const path = id === undefined ? undefined : `/events/${encodeURIComponent(id)}`
  const { data, error } = useStage(path, ['events'])
  if (id === undefined)
    return html`<div class="card nobody event-side"><${Empty} title=${t('What became of it', '事件的经过')}>${t('Choose an event: each step stands here, with WeChat’s answer.', '选择一个事件，这里会列出每一步和微信的回答。')}<//></div>`
  return html`<section class="card padded event-side" aria-label=${t('Timeline', '时间线')}>
    <a class="back" href=${linkTo({ event: undefined })} onClick=${followLink}><${Back} />${t('All events', '所有事件')}</a>
    ${error && html`<${Head} id=${id} /><p class="banner bad">${error.message}</p>`}
    ${data && html`<${Told} timeline=${data} about=${about} />`}
    ${about.isWriting && html`<${Again} id=${id} />`}
  </section>`
}

const Head = ({ id, state }) =>
  html`<div class="event-head"><h2><code>${id}</code></h2>${state && html`<${Badge} kind=${wordOf(state)[0]}>${wordOf(state)[1]}<//>`}</div>`

function Told({ timeline: { id, delivery, steps, isUnreadable }, about }) {
  // A receipt may come before the sender knows that WeChat took the message.
  const last = (steps.find(it => it.step === 'receipt') ?? steps.findLast(it => it.state !== undefined))?.state
  const state = last ?? delivery?.state
  return html`<${Head} id=${id} state=${state} />
    ${isUnreadable && html`<p class="banner bad">${t('The row of this event cannot be read: nothing is sent on its ground.', '该事件的记录无法读取，系统不会据此发送。')}</p>`}
    ${delivery && html`<dl class="facts"><${Facts} delivery=${delivery} about=${about} /></dl>`}
    <ol class="steps">${steps.map((step, at) => html`<${Step} key=${at} step=${step} before=${steps[at - 1]} />`)}</ol>
    ${state === 'parked' && html`<${Parked} app=${delivery?.from} about=${about} />`}
    ${!about.isWatched && html`<p class="hint">${t('The tables keep the last try and the receipt; earlier tries are in the log of the sender.', '数据表只保留最后一次尝试和回执；更早的尝试见发送函数的日志。')}</p>`}`
}

function Facts({ delivery: { msgid, from, template, attempts, nextTryAt }, about }) {
  const fact = (name, value) => value !== undefined && html`<div><dt>${name}</dt><dd>${value}</dd></div>`
  return html`${fact(t('Account', '服务号'), about.officials.length > 1 ? from : undefined)}
    ${fact(t('Template', '模板'), template)}${fact(t('Tries', '尝试次数'), attempts)}
    ${fact(t('Next try', '下次尝试'), nextTryAt && dateOf(new Date(nextTryAt)))}
    ${msgid && html`<${CopyId} name="msgid" value=${msgid} />`}`
}

function Step({ step, before }) {
  const { mark, title, words, link } = sayStep(step)
  const at = step.at ?? step.since
  const isSameTime = step.step === 'arrived'
  return html`<li class=${`step ${mark}`}>
    <div class="step-line"><span class="step-title">${title}</span>
      ${at && !isSameTime && html`<time class="hint" datetime=${at}>${timeOf(new Date(at))}${gap(before?.at, at)}</time>`}</div>
    ${words && html`<p class="hint">${words}</p>`}
    ${link && html`<a class="hint" href=${link.to} onClick=${followLink}>${link.text}</a>`}
  </li>`
}

/** How long after the step before. */
function gap(before, at) {
  const ms = before === undefined ? 0 : Date.parse(at) - Date.parse(before)
  if (!(ms >= 1)) return ''
  return ms < 1000 ? ` +${ms} ms` : ` +${Math.round(ms / 100) / 10} s`
}

/** Only what this page has pushed: nowhere else is the whole event kept. */
function Again({ id }) {
  const body = bodyOf(id)
  if (body === undefined) return null
  const push = (text, to) =>
    attempt(
      async () => {
        keepBody(to, text)
        await ask('/events', text)
        goTo({ event: to })
      },
      t('Pushed.', '已推送。'),
    )
  const anew = () => {
    const to = newId(id)
    return push(JSON.stringify({ ...JSON.parse(body), id: to }), to)
  }
  return html`<div class="row wrap"><${Button} name="repeat" onPress=${() => push(body, id)}>${t('Push the same again', '原样再推一次')}<//>
    <${Button} name="repeat-anew" onPress=${anew}>${t('Under a new id', '换新 ID 再推')}<//>
    <${Button} name="edit" onPress=${() => goTo({ push: id, event: undefined })}>${t('Change it', '修改')}<//></div>`
}
