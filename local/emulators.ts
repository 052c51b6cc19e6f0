import { findLanAddress } from './banner.ts'
import { openBox } from './box.ts'
import type { Closing } from './closing.ts'
import type { Settings } from './environment.ts'
import type { Endpoints } from './functions-environment.ts'
import { keepBoxState } from './kept/box-file.ts'
import type { Kept } from './kept/stores.ts'
import { openParameterStore, type ParameterStore } from './parameter-store.ts'
import { reachableHost } from './ports.ts'
import { listSecrets, makeSessionKeys, secretsPrefix } from './secrets.ts'
import { openDynamoDb, openSqs } from './stores.ts'
import type { Beside, WeChatBox } from './wechat/server.ts'

/** Those that may have to learn of a change while the stack runs; `box` is undefined with another WeChat. */
type Emulators = { box: WeChatBox | undefined; store: ParameterStore }

/** Returns the addresses of the emulators of AWS and WeChat. */
export function listEndpoints({ endpoints, host, ports, wechatApiUrl }: Settings, ssmPort: number): Endpoints {
  const fauxqs = `http://127.0.0.1:${ports.sqs}`
  return {
    dynamodb: endpoints.dynamodb ?? `http://127.0.0.1:${ports.dynamodb}`,
    sqs: endpoints.sqs ?? fauxqs,
    s3: endpoints.s3 ?? fauxqs,
    s3Door: `http://${lanHost(host)}:${ports.s3}`,
    files: `http://${lanHost(host)}:${ports.api}`,
    ssm: `http://127.0.0.1:${ssmPort}`,
    wechat: wechatApiUrl ?? `http://${reachableHost(host)}:${ports.wechat}`,
  }
}

/** Starts the emulators of AWS and WeChat, except those whose address the settings name. */
export async function openEmulators(
  settings: Settings,
  ssmPort: number,
  { closing, kept, beside }: { closing: Closing; kept: Kept | undefined; beside?: Beside },
): Promise<Emulators> {
  const { endpoints, ports, region, wechat, wechatApiUrl } = settings
  async function open<T extends { close: () => unknown }>(opening: Promise<T>): Promise<T> {
    const part = await opening
    closing.add(part.close)
    return part
  }

  const openSecrets = async () => {
    const sessionKeys = kept?.sessionKeys ?? (await makeSessionKeys())
    return open(openParameterStore(ssmPort, listSecrets(secretsPrefix, wechat, sessionKeys)))
  }
  const needsFauxqs = endpoints.sqs === undefined || endpoints.s3 === undefined
  const [box, store] = await Promise.all([
    wechatApiUrl === undefined ? open(openBox(settings, kept?.box, beside)) : undefined,
    openSecrets(),
    endpoints.dynamodb === undefined && open(openDynamoDb(ports.dynamodb, kept?.tables)),
    needsFauxqs && open(openSqs(ports.sqs, region, kept?.queues)),
  ])
  if (box !== undefined && kept !== undefined) closing.add(keepBoxState(kept.folder, box.state).close)
  return { box, store }
}

/** The host by which phones on the same network reach a server that listens on every interface; none on loopback. */
function lanHost(host: string): string {
  return findLanAddress(host) ?? reachableHost(host)
}
