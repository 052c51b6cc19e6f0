/** The peers, by the names of their packages. */
export const peerNames = ['co-wechat-api', 'wechat-api', 'node-easywechat', 'nest-wechat'] as const
