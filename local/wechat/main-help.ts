/** What `npm run wechat` says of itself. */

export const helpText = `npm run wechat   starts WeChat in a box alone, until Ctrl-C; its one option is --help

It takes its settings from the environment:
  PORT, or WECHAT_PORT   where it listens; 3100
  HOST                   on which interface; 127.0.0.1
  CALLBACK_URL           where it pushes to; nowhere
  CALLBACK_MODE          plain, compatible or secure; secure
  CALLBACK_TOKEN, CALLBACK_AES_KEY
  MINI_PROGRAM_API       where the mini program of the console logs in, by POST /login; nowhere
  APPS                   further apps: a JSON list of {"name", "kind": "official" or "mini"}, and what else
                         the control API takes for one
Its control API and its faults are in local/wechat/README.md.
Ends with 1 if it cannot start, or a setting is wrong; with 2 if it is given an option that it does not know.
`
