/** Where receipts are written down; apart, because it is loaded with the first one, and carries nothing but its own store. */

import { deliveryStore } from './stores.ts'

export const receiptStore = () => deliveryStore()
