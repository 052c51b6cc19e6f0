export const handler = async (e: unknown) => ({statusCode:200, body: JSON.stringify(e)})
