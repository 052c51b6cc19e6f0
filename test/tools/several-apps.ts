/** A stage of two Official Accounts and a mini program, as apps.json has it. */
export const severalApps = {
  brand: { kind: 'official', appid: 'wx0000000000000001', default: true },
  'fan-club': { kind: 'official', appid: 'wx0000000000000002' },
  shop: { kind: 'mini', appid: 'wx0000000000000003' },
}
