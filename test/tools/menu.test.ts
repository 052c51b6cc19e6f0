/** `./queqiao menu`: shows, writes and creates, against WeChat in a box. */

import { describe, expect, it } from 'vitest'

import { openMenuWorld } from './menu-world.ts'
import { runTool } from './run-tool.ts'

const article = {
  title: '本月活动',
  digest: '满百减十',
  content_url: 'https://shop.example/a',
  cover_url: 'https://shop.example/a.jpg',
}
/** As WeChat's page shows a menu of its console. */
const consoleMenu = {
  button: [
    { name: '官网', type: 'view', url: 'https://shop.example/' },
    {
      name: '服务',
      sub_button: {
        list: [
          { name: '营业时间', type: 'text', value: '9:00–18:00' },
          {
            name: '活动',
            type: 'news',
            value: 'NEWS_ID',
            news_info: { list: [article, { ...article, title: '其他' }] },
          },
          { name: '地图', type: 'img', value: 'TEMPORARY_ID' },
          { name: '视频号', type: 'finder', value: 'x' },
        ],
      },
    },
    { name: '客服', type: 'click', key: 'HELP' },
  ],
}
const text = (content: string) => ({ type: 'text', content })
const consoleReplies = {
  is_add_friend_reply_open: 1,
  is_autoreply_open: 1,
  add_friend_autoreply_info: text('欢迎关注！'),
  message_default_autoreply_info: text('我们会尽快回复。'),
  keyword_autoreply_info: {
    list: [
      {
        rule_name: 'hours',
        reply_mode: 'reply_all',
        keyword_list_info: [
          { type: 'text', match_mode: 'contain', content: '营业' },
          { type: 'text', match_mode: 'equal', content: '1' },
        ],
        reply_list_info: [{ type: 'img', content: 'TEMPORARY_ID' }, text('9:00–18:00'), text('周末休息')],
      },
    ],
  },
}

const menuFile = {
  button: [
    { type: 'view', name: '官网', url: 'https://shop.example/' },
    {
      name: '服务',
      sub_button: [
        { type: 'click', name: '营业时间', key: 'MENU_2_1' },
        { type: 'click', name: '活动', key: 'MENU_2_2' },
        { type: 'click', name: '地图', key: 'MENU_2_3' },
      ],
    },
    { type: 'click', name: '客服', key: 'HELP' },
  ],
}
const repliesFile = {
  welcome: { text: '欢迎关注！' },
  keywords: [{ contain: ['营业'], equal: ['1'], reply: { text: '9:00–18:00' } }],
  default: { text: '我们会尽快回复。' },
  menu: {
    MENU_2_1: { text: '9:00–18:00' },
    MENU_2_2: {
      news: {
        title: '本月活动',
        description: '满百减十',
        picture: 'https://shop.example/a.jpg',
        url: 'https://shop.example/a',
      },
    },
  },
}

async function openShop() {
  const world = await openMenuWorld()
  await world.control('/menu', consoleMenu)
  await world.control('/auto-replies', { replies: consoleReplies })
  return world
}

describe('./queqiao menu', () => {
  it('shows what the console has, and all that cannot be carried over', async () => {
    const { run, read } = await openShop()
    const { code, stdout, stderr } = await run()
    expect([code, stderr]).toEqual([0, ''])
    for (const it of [
      '"官网" view "https://shop.example/"',
      '"营业时间" text "9:00–18:00"',
      'text "欢迎关注！"',
      '∋"营业" ="1"',
    ])
      expect(stdout).toContain(it)
    for (const it of [
      '"活动", which is the click MENU_2_2 now: it has 2 articles',
      '"地图", which is the click MENU_2_3 now: a picture cannot be taken over',
      '"视频号" is left out',
      'rule "hours": a picture cannot be taken over',
      'rule "hours" has 3 replies, of which the console sends all',
      'once an hour to one person',
    ])
      expect(stdout).toContain(it)
    expect(await read('replies.json')).toBeUndefined()
  })

  it('writes both files, creates the menu of one, and reads it back as it is', async () => {
    const { run, read, control } = await openShop()
    const written = await run('--write')
    expect([written.code, written.stderr]).toEqual([0, ''])
    expect(await read('menu.json')).toEqual({ local: menuFile })
    expect(await read('replies.json')).toEqual({ local: repliesFile })

    await control('/callback', { url: 'http://127.0.0.1:9/callback' })
    expect(await control('/menu')).toMatchObject({ button: [] })
    const applied = await run('--apply')
    expect([applied.code, applied.stderr]).toEqual([0, ''])
    expect(applied.stdout).toContain('✓ created · 已创建: 5 actions')
    expect(applied.stdout).toContain('! HELP: replies.json has no reply')
    expect(applied.stdout).toContain('! MENU_2_3: replies.json has no reply')
    expect(applied.stdout).not.toContain('! MENU_2_1')
    expect(await control('/menu')).toMatchObject(menuFile)

    const again = await run('--write')
    expect(again.stdout).toContain('✓ menu.json has all of it')
    expect(await read('menu.json')).toEqual({ local: menuFile })
  })

  it('keeps what the files have already, and other stages and accounts, unless it may replace', async () => {
    const { run, read, write } = await openShop()
    const club = { welcome: { text: 'of the club' } }
    const mine = { welcome: { text: 'mine' }, menu: { HELP: { text: 'help' } } }
    await write('apps.json', {
      local: {
        main: { kind: 'official', appid: 'wx0000000000000001', default: true },
        club: { kind: 'official', appid: 'wx0000000000000002' },
        shop: { kind: 'mini', appid: 'wx0000000000000003' },
      },
    })
    await write('replies.json', { prod: club, local: { ...mine, official: { club } } })
    const kept = await run('--write')
    expect(kept.stdout).toContain('! welcome: kept as it is')
    expect(await read('replies.json')).toEqual({
      prod: club,
      local: { ...repliesFile, welcome: mine.welcome, menu: { ...mine.menu, ...repliesFile.menu }, official: { club } },
    })
    const replaced = await run('--write', '--replace')
    expect(replaced.stdout).toContain('! welcome: replaced')
    expect(await read('replies.json')).toMatchObject({ local: { welcome: repliesFile.welcome, official: { club } } })
  })

  it('names the words that a rule of the file answers before the console’s', async () => {
    const { run, write } = await openShop()
    const greeting = { contain: ['营'], reply: { text: 'hello' } }
    await write('replies.json', { local: { keywords: [greeting] } })
    const { stdout } = await run('--write')
    expect(stdout).toContain('! 营业: answered by “keywords 营”, which comes first')
    expect(stdout).not.toContain('! 1: answered')
  })

  it('creates nothing of a file that is wrong, and names all that is wrong in it', async () => {
    const { run, write, calls } = await openShop()
    const [long, none] = [
      { type: 'view', name: 'a name of 17 byte', url: 'ftp://x' },
      { name: 'x', sub_button: [] },
    ]
    await write('menu.json', { local: { button: [long, none] } })
    const { code, stderr } = await run('--apply')
    expect(code).toBe(2)
    for (const it of ['button.0.name is longer than 16 bytes', 'button.0.url must be', 'button.1.sub_button is empty'])
      expect(stderr).toContain(it)
    expect(await calls('/cgi-bin/menu/create')).toBe(0)
  })

  it('has no menu to create where no file has one', async () => {
    const { run } = await openShop()
    const { code, stderr } = await run('--apply')
    expect([code, stderr]).toEqual([2, expect.stringContaining('./queqiao menu --write writes it')])
  })

  it('says why WeChat refuses, in one line', async () => {
    const { run, write } = await openShop()
    const page = {
      type: 'miniprogram',
      name: 'x',
      url: 'https://x.example',
      appid: 'wx00000000000000ff',
      pagepath: 'p',
    }
    await write('menu.json', { local: { button: [page] } })
    const { code, stderr } = await run('--apply')
    expect([code, stderr]).toEqual([1, expect.stringMatching(/queqiao-local-menu failed: .*45064/)])
  })

  it('shows an account that has nothing', async () => {
    const { run, read } = await openMenuWorld()
    const { code, stdout } = await run('--write')
    expect([code, await read('menu.json'), await read('replies.json')]).toEqual([0, undefined, undefined])
    expect(stdout).toContain('没有菜单')
    expect(stdout).toContain('✓ all of it can be carried over')
  })

  it('writes one document with --json', async () => {
    const { run } = await openShop()
    const { code, stdout, stderr } = await run('--json')
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({ menuFile, repliesFile, menu: { isOpen: true, unread: 0 } })
  })

  it('refuses options that cannot be meant together', async () => {
    expect((await runTool('menu', ['--write', '--apply'])).stderr).toContain('two steps')
    expect((await runTool('menu', ['--replace'])).stderr).toContain('--replace goes with --write')
  })
})
