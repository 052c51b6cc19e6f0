/** The peers, by the names of their packages. */
export const peerNames = ['co-wechat-api', 'wechat-api', 'node-easywechat', 'nest-wechat'] as const
/** In the order of a table; WxJava is there where Java is. */
export const allPeerNames = [...peerNames, 'WxJava'] as const
