/** How long a test waits for what must come, however busy the machine is: it costs time only where something fails. */
export const patience = { timeout: 45_000, interval: 20 }
