/** The lines that WeChat shows for a message: the content with its values; first and remark are no longer shown. */
export function renderLines(content: string, data: Record<string, string>): { label: string; value: string }[] {
  return content
    .split('\n')
    .filter(line => !/^\{\{(first|remark)\.DATA\}\}$/.test(line))
    .map(line => {
      const [label = '', ...rest] = line.split('：')
      const value = rest.join('：') || label
      return { label: rest.length > 0 ? label : '', value: fillIn(value, data) }
    })
}

function fillIn(text: string, data: Record<string, string>): string {
  return text.replaceAll(/\{\{([^\s{}.]+)\.DATA\}\}/g, (_, key: string) =>
    Object.hasOwn(data, key) ? (data[key] ?? '') : '',
  )
}
