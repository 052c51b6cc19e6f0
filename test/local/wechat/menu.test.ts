/** Menus in the box: by the API, and by the console. */

import { beforeEach, describe, expect, it } from 'vitest'

import { openWorld } from '../../world.ts'

const click = (name: string, key = 'KEY') => ({ type: 'click', name, key })
const view = (url: string) => ({ type: 'view', name: 'x', url })
const page = (appid: string) => ({ type: 'miniprogram', name: 'x', url: 'https://x.example', appid, pagepath: 'p' })
const group = (...sub_button: object[]) => ({ name: 'group', sub_button })
const times = (count: number, it: object) => Array.from({ length: count }, () => it)

let world: Awaited<ReturnType<typeof openWorld>>
let call: (path: string, body?: object) => Promise<unknown>

beforeEach(async () => {
  world = await openWorld()
  const { accessToken } = await world.app('official').wechat.fetchAccessToken()
  call = async (path, body) => {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    return (await fetch(`${world.box.url}/cgi-bin/${path}?access_token=${accessToken}`, sent)).json()
  }
})

const created = { errcode: 0, errmsg: 'ok' }
const none = { is_menu_open: 0, selfmenu_info: {} }

describe('a menu of menu/create', () => {
  it('is read as it was made, until it is deleted', async () => {
    expect(await call('menu/get')).toMatchObject({ errcode: 46003 })
    expect(await call('menu/create', { button: [click('one'), group(click('two'))] })).toEqual(created)
    const [one, two] = [click('one'), { name: 'group', sub_button: [click('two')] }]
    expect(await call('menu/get')).toEqual({ menu: { button: [{ ...one, sub_button: [] }, two] } })
    expect(await call('get_current_selfmenu_info')).toEqual({
      is_menu_open: 1,
      selfmenu_info: {
        button: [
          { ...one, sub_button: { list: [] } },
          { ...two, sub_button: { list: [click('two')] } },
        ],
      },
    })
    expect(await call('menu/delete')).toEqual(created)
    expect(await call('menu/get')).toMatchObject({ errcode: 46003 })
    expect(await call('get_current_selfmenu_info')).toEqual(none)
  })

  it('can open a mini program that is linked', async () => {
    expect(await call('menu/create', { button: [page(world.app('mini').appid)] })).toEqual(created)
    expect(await call('menu/create', { button: [page('wx00000000000000ff')] })).toMatchObject({ errcode: 45064 })
  })

  it.each([
    [40016, []],
    [40016, times(4, click('x'))],
    [40017, [{ ...click('x'), type: 'text' }]],
    [40018, [click('a name of 17 byte')]],
    [40019, [click('x', 'k'.repeat(129))]],
    [40020, [view(`https://${'x'.repeat(1024)}`)]],
    [40055, [view('ftp://x')]],
    [40022, [group(group(click('x')))]],
    [40023, [group()]],
    [40023, [group(...times(6, click('x')))]],
    [40024, [group({ ...click('x'), type: 'news' })]],
    [40025, [group(click('n'.repeat(61)))]],
    [40026, [group(click('x', ''))]],
    [40027, [group(view(''))]],
    [40054, [group(view('x'))]],
    [40118, [group({ type: 'media_id', name: 'x' })]],
  ])('is refused with %i', async (errcode, button) => {
    expect(await call('menu/create', { button })).toMatchObject({ errcode })
    expect(await call('get_current_selfmenu_info')).toEqual(none)
  })
})

it('a menu of the console stops once messages are pushed, and that of the API does not', async () => {
  const button = [{ name: 'x', type: 'text', value: 'hello' }]
  await world.control('/menu', { button })
  expect(await call('get_current_selfmenu_info')).toEqual({ is_menu_open: 1, selfmenu_info: { button } })
  expect(await call('menu/get')).toMatchObject({ errcode: 46003 })
  expect(await world.control('/menu')).toMatchObject({ button })
  await world.control('/callback', { url: 'http://127.0.0.1:9/' })
  expect(await world.control('/menu')).toMatchObject({ button: [] })
  await call('menu/create', { button: [click('one')] })
  expect(await world.control('/menu')).toMatchObject({ button: [click('one')] })
})

it('automatic replies are answered as they were set, an account that has none says so', async () => {
  expect(await call('get_current_autoreply_info')).toEqual({ is_add_friend_reply_open: 0, is_autoreply_open: 0 })
  const replies = { is_add_friend_reply_open: 1, add_friend_autoreply_info: { type: 'text', content: 'hello' } }
  await world.control('/auto-replies', { replies })
  expect(await call('get_current_autoreply_info')).toEqual(replies)
})

it('the control API refuses what is no menu', async () => {
  await expect(world.control('/menu', { button: 7 })).rejects.toThrow('must be a list')
  await expect(world.control('/auto-replies', { replies: [] })).rejects.toThrow('must be an object')
  await expect(world.control('/menu', { app: 'mini', button: null })).rejects.toThrow('not an Official Account')
})
