/** DynamoDB's expressions, as far as our adapters write them: what must hold of an item, and what becomes of it. */

export type Item = Readonly<Record<string, unknown>>
/** What stands for `#name` and `:value`. */
export type Terms = { readonly names: Readonly<Record<string, string>>; readonly values: Item }
type Test = (item: Item, terms: Terms) => boolean

const tests = new Map<string, Test>()

/** Whether a condition holds. */
export function holds(text: string, item: Item, terms: Terms): boolean {
  const test = tests.get(text) ?? anyOf(text.match(/[()]|[<>=]+|[#:]?[\w.#]+/g) ?? [])
  tests.set(text, test)
  return test(item, terms)
}

/** Throws for a range that ends before it begins, which DynamoDB refuses whatever rows there are. */
export function checkRanges(text: string, { values }: Terms): void {
  for (const [, low = '', high = ''] of text.matchAll(/BETWEEN (:\w+) AND (:\w+)/g)) {
    if (!compare(values[low], '>', values[high])) continue
    const words = 'The BETWEEN operator requires upper bound to be greater than or equal to lower bound'
    throw Object.assign(new Error(words), { name: 'ValidationException' })
  }
}

/** What an update makes of an item: `SET #a = :a, #b.#c = :c REMOVE #d`, `ADD #a :a`, or `DELETE #a :a` of a set. */
export function updated(item: Item, text: string, { names, values }: Terms): Item {
  const changed: Record<string, unknown> = { ...item }
  for (const [, verb = '', list = ''] of text.matchAll(/([A-Z]{3,}) (.*?)(?= [A-Z]{3,} |$)/g)) {
    for (const [name = '', value = ''] of list.split(', ').map(it => it.split(/ = | /))) {
      const [field = '', ...inner] = name.split('.').map(it => names[it] ?? it)
      const next = within(changed[field], inner, before => after(verb, before, values[value]))
      if (next === undefined) delete changed[field]
      else changed[field] = next
    }
  }
  return changed
}

/** What is at the end of a path becomes what `next` makes of it; the maps on the way there stay as they are. */
function within(value: unknown, path: readonly string[], next: (before: unknown) => unknown): unknown {
  const [field, ...inner] = path
  if (field === undefined) return next(value)
  if (!isMap(value)) throw new Error('the path of an update leads through what is no map')
  return { ...value, [field]: within(value[field], inner, next) }
}

function isMap(value: unknown): value is Item {
  return typeof value === 'object' && value !== null
}

/** A set goes with its last element. */
function after(verb: string, before: unknown, value: unknown): unknown {
  if (verb === 'SET') return value
  if (verb === 'REMOVE') return undefined
  if (typeof value === 'number') return Number(before ?? 0) + value
  const [all, some] = [setIn(before), setIn(value)]
  const left = new Set(verb === 'ADD' ? [...all, ...some] : [...all].filter(it => !some.has(it)))
  return left.size === 0 ? undefined : left
}

function setIn(value: unknown): ReadonlySet<unknown> {
  return value instanceof Set ? value : new Set()
}

function anyOf(words: string[]): Test {
  const parts = [allOf(words)]
  while (words[0] === 'OR') parts.push(allOf(words.splice(0, 1) && words))
  return (...of) => parts.some(it => it(...of))
}

function allOf(words: string[]): Test {
  const parts = [oneOf(words)]
  while (words[0] === 'AND') parts.push(oneOf(words.splice(0, 1) && words))
  return (...of) => parts.every(it => it(...of))
}

/** `(…)`, `NOT …`, `attribute_exists(#a)` and the like, `#a <= :a`, `#a BETWEEN :a AND :b`, or `#a IN (:a, :b)`. */
function oneOf(words: string[]): Test {
  const [word = ''] = words.splice(0, 1)
  if (word === 'NOT') return not(oneOf(words))
  if (word === '(') {
    const inner = anyOf(words)
    words.splice(0, 1)
    return inner
  }
  if (word.startsWith('attribute_')) return attribute(word, listed(words))
  const [sign = ''] = words.splice(0, 1)
  if (sign === 'BETWEEN') return isBetween(word, words.splice(0, 3))
  const values = sign === 'IN' ? listed(words) : words.splice(0, 1)
  return (item, terms) => values.some(it => compare(fieldOf(word, item, terms), sign, terms.values[it]))
}

/** `#a BETWEEN :low AND :high`, both included. */
function isBetween(word: string, [low = '', , high = '']: readonly string[]): Test {
  return (item, terms) => {
    const field = fieldOf(word, item, terms)
    return compare(field, '>=', terms.values[low]) && compare(field, '<=', terms.values[high])
  }
}

function not(test: Test): Test {
  return (...of) => !test(...of)
}

/** What stands between the parentheses that come next. */
function listed(words: string[]): string[] {
  return words.splice(0, words.indexOf(')') + 1).slice(1, -1)
}

/** Types that are asked for: numbers, and sets of them. */
function attribute(word: string, [field = '', type = '']: readonly string[]): Test {
  const isThere: Test = (item, terms) => fieldOf(field, item, terms) !== undefined
  if (word === 'attribute_exists') return isThere
  if (word === 'attribute_not_exists') return not(isThere)
  return (item, terms) => {
    const value = fieldOf(field, item, terms)
    return terms.values[type] === 'N' ? typeof value === 'number' : value instanceof Set
  }
}

/** `#a`, or `#a.#b` within it; in what is no map there is nothing. */
function fieldOf(path: string, item: Item, { names }: Terms): unknown {
  const parts = path.split('.').map(it => names[it] ?? it)
  return parts.reduce<unknown>((of, name) => (isMap(of) ? of[name] : undefined), item)
}

/** What is not there compares to nothing, as with DynamoDB. */
function compare(one: unknown, sign: string, other: unknown): boolean {
  if (sign === '=' || sign === 'IN') return one !== undefined && one === other
  if (sign === '<>') return one !== other
  if (typeof one === 'number' && typeof other === 'number') return isInOrder(one, sign, other)
  return typeof one === 'string' && typeof other === 'string' && isInOrder(one, sign, other)
}

function isInOrder<T extends number | string>(one: T, sign: string, other: T): boolean {
  if (one === other) return sign.endsWith('=')
  return sign.startsWith('<') === one < other
}
