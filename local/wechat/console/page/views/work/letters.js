/** The messages that were put aside in a queue, why, and their way back. */
import { useState } from 'preact/hooks'
import { html } from '../../html.js'
import { followLink, linkTo } from '../../place.js'
import { ask, useStage } from '../../stage-api.js'
import { t } from '../../taste.js'
import { attempt } from '../../toast.js'
import { Button, Code, Dialog, dateOf, Empty } from '../../ui.js'

const redrivable = ['events-dlq', 'events-review']

export function Letters({ queue, isWriting }) {
  const [isOpen, setOpen] = useState(false)
  const [round, setRound] = useState(0)
  // What was moved is looked for again; the look itself changes how many are in work, so that it must not follow the sizes.
  const { data, error } = useStage(`/letters?queue=${queue}${isOpen ? '&show=ids' : ''}&round=${round}`)
  const refresh = () => setRound(old => old + 1)
  return html`<section class="card padded" aria-label=${queue}>
    <div class="row"><h2 class="grow"><code>${queue}</code></h2>
      <${Button} kind="small" name="look-again" onPress=${refresh}>${t('Look again', '再看一次')}<//>
      <a class="button small" href=${linkTo({ queue: undefined })} onClick=${followLink}>${t('Close', '关闭')}</a></div>
    <label class="check"><input type="checkbox" name="show-ids" checked=${isOpen} onChange=${() => setOpen(!isOpen)} />${t('Whole ids of people', '显示完整的用户 ID')}</label>
    ${error && html`<p class="banner bad">${error.message}</p>`}
    ${data === undefined && !error && html`<p class="hint">${t('Looking; that takes a few seconds.', '正在查看，需要几秒。')}</p>`}
    ${data && html`<${List} data=${data} queue=${queue} isWriting=${isWriting} onMoved=${refresh} />`}</section>`
}

function List({ data: { letters, isAll }, queue, isWriting, onMoved }) {
  if (letters.length === 0) return html`<${Empty} title=${t('Nothing was put aside', '没有搁置的消息')} />`
  const mayMove = isWriting && redrivable.includes(queue)
  return html`${!isAll && html`<p class="hint">${t('The first hundred; there may be more.', '只显示前一百条，可能还有更多。')}</p>`}
    ${mayMove && letters.length > 1 && html`<${Redrive} queue=${queue} ids=${letters.map(it => it.messageId)} onMoved=${onMoved} text=${t(`Move all ${letters.length} back`, `全部 ${letters.length} 条移回`)} />`}
    <ul class="letters">${letters.map(
      it => html`<li key=${it.messageId}><div class="row"><span class="grow">${it.eventId ? html`<a href=${linkTo({ view: 'events', event: it.eventId, queue: undefined, part: undefined })} onClick=${followLink}><code>${it.eventId}</code></a>` : html`<code>${it.messageId}</code>`}</span>
        <time class="hint">${dateOf(it.at)}</time></div>
        <p>${it.reason}</p><${Code} text=${it.body} label=${t('Message', '消息')} />
        ${mayMove && html`<div><${Redrive} queue=${queue} ids=${[it.messageId]} onMoved=${onMoved} text=${t('Move back', '移回队列')} /></div>`}</li>`,
    )}</ul>`
}

/** What may have been sent is moved only by who was told so. */
function Redrive({ queue, ids, text, onMoved }) {
  const [isAsking, setAsking] = useState(false)
  const isDoubtful = queue === 'events-review'
  const move = () =>
    attempt(
      () => ask('/redrive', { queue, ids, ...(isDoubtful ? { evenInDoubt: true } : {}) }),
      ({ moved }) => t(`Moved back: ${moved}`, `已移回 ${moved} 条`),
    ).then(onMoved)
  return html`<${Button} kind="small" name="redrive" onPress=${isDoubtful ? async () => setAsking(true) : move}>${text}<//>
    ${
      isAsking &&
      html`<${Dialog} title=${t('Perhaps a second time', '可能重复发送')} onClose=${() => setAsking(false)}>
      <p>${t('These may have been sent. Each is sent under a new id: the person may get it twice.', '这些消息可能已经发送。移回后会用新 ID 发送，用户可能收到两次。')}</p>
      <div class="row"><${Button} kind="main" name="redrive-doubtful" onPress=${async () => {
        setAsking(false)
        await move()
      }}>${t('Send them', '发送')}<//></div><//>`
    }`
}
