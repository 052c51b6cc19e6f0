/** A picture that the person uploads in the mini program, and what becomes of it. */
import { useEffect, useState } from 'preact/hooks'
import { call } from '../../api.js'
import { html } from '../../html.js'
import { t } from '../../taste.js'
import { attempt } from '../../toast.js'
import { Badge, numberOf } from '../../ui.js'
import { act } from './acts.js'

/** What the box's control API takes; real phones upload more. */
const mostBytes = 2_900_000
/** As often as a mini program would ask. */
const againMs = 1000

const states = () => ({
  expected: ['wait', t('is looked at', '检查中')],
  checking: ['wait', t('WeChat checks it', '微信审核中')],
  served: ['good', t('served', '已提供')],
  refused: ['bad', t('refused', '已拒绝')],
})

export function Picture({ phone, mini }) {
  const [answer, setAnswer] = useState(/** @type {any} */ (undefined))
  const { id } = phone.person
  useEffect(() => {
    if (!/^(expected|checking)$/.test(answer?.state ?? '')) return undefined
    const query = new URLSearchParams({ app: mini.name, id: answer.id })
    const timer = setTimeout(
      () => void call(`/people/${id}/picture?${query}`).then(setAnswer, () => undefined),
      againMs,
    )
    return () => clearTimeout(timer)
  }, [answer])
  const upload = file =>
    attempt(async () => {
      if (file.size > mostBytes) throw new Error(t('Here up to 2.9 MB.', '此处最大 2.9 MB。'))
      const picture = await base64Of(file)
      setAnswer(await act(phone, 'picture', { app: mini.name, contentType: file.type || 'image/png', picture }))
    })
  const choose = async ({ currentTarget: input }) => {
    const [file] = input.files
    if (file !== undefined) await upload(file)
    // The same file may be chosen again.
    input.value = ''
  }
  return html`<section class="mini-part"><h2>${t('Picture', '图片')}</h2>
    <p class="hint">${t('A form of POST /images sends it straight to S3, where it is looked at.', '按 POST /images 返回的表单直传 S3，随后检查。')}</p>
    <label class="button upload">${t('Upload a picture', '上传图片')}<input class="unseen" type="file" name="picture" accept="image/png,image/jpeg,image/gif,image/webp" onChange=${choose} /></label>
    ${answer && html`<${Told} answer=${answer} />`}</section>`
}

function Told({ answer: { status, state, reason, problem, width, height, imageUrl, shown } }) {
  if (problem !== undefined)
    return html`<p role="status"><${Badge} kind="bad">${status || t('none', '无')}<//> ${problem}</p>`
  const [kind, word] = states()[state] ?? ['plain', state]
  const size = state === 'served' && width !== undefined ? `${numberOf(width)} × ${numberOf(height)}` : undefined
  return html`<p role="status"><${Badge} kind=${kind}>${word}<//> ${reason ?? size}</p>
    ${shown && html`<a href=${imageUrl} target="_blank" rel="noreferrer noopener"><img class="shown" src=${shown} alt=${t('The picture as it is served', '对外提供的图片')} /></a>`}`
}

async function base64Of(file) {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  // In parts, because a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}
