/** The peers, by the names of their packages. */
export const peerNames = ['co-wechat-api', 'wechat-api', 'node-easywechat', 'nest-wechat'] as const
/** In the order of a table; those in other languages are there where the machine can run them. */
export const allPeerNames = [...peerNames, 'WxJava', 'silenceper/wechat'] as const
