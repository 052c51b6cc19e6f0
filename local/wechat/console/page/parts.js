/** What is behind the page: WeChat in a box; with more, another server of the stack answers in place of this file. */
export const parts = ['box']
