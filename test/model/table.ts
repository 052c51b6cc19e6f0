/** DynamoDB in memory, as far as our adapters use it: its commands, its conditions, and strong reads. */

import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'

export type Item = Record<string, unknown>
type Values = Readonly<Record<string, unknown>>
type Names = Readonly<Record<string, string>>
type Test = (item: Item, names: Names, values: Values) => boolean
/** The parts of a request that are looked at here. */
type Input = {
  readonly TableName?: string | undefined
  readonly Key?: Item | undefined
  readonly Item?: Item | undefined
  readonly ConditionExpression?: string | undefined
  readonly KeyConditionExpression?: string | undefined
  readonly UpdateExpression?: string | undefined
  readonly ExpressionAttributeNames?: Names | undefined
  readonly ExpressionAttributeValues?: Values | undefined
}

type Table = ReturnType<typeof openTable>

/** Opens an empty table; `keys` name its key, `onWrite` hears of every change. */
export function openTable(keys: readonly string[]) {
  const items = new Map<string, Item>()
  const nameOf = (item: Item) => keys.map(it => `${item[it]}`).join(' ')

  const write = (name: string, before: Item | undefined, after: Item | undefined): Written => {
    if (after === undefined) items.delete(name)
    else items.set(name, after)
    return { before, after }
  }
  const demand = (item: Item | undefined, input: Input) => {
    const {
      ConditionExpression: text,
      ExpressionAttributeNames: names = {},
      ExpressionAttributeValues: values = {},
    } = input
    if (text === undefined || testOf(text)(item ?? {}, names, values)) return
    throw Object.assign(new Error('the condition does not hold'), { name: 'ConditionalCheckFailedException' })
  }

  return {
    items,
    get: (key: Item) => items.get(nameOf(key)),
    put(input: Input): Written {
      const item = Object.fromEntries(Object.entries(input.Item ?? {}).filter(([, it]) => it !== undefined))
      const before = items.get(nameOf(item))
      demand(before, input)
      return write(nameOf(item), before, item)
    },
    remove(input: Input): Written {
      const name = nameOf(input.Key ?? {})
      const before = items.get(name)
      demand(before, input)
      return write(name, before, undefined)
    },
    update(input: Input): Written {
      const name = nameOf(input.Key ?? {})
      const before = items.get(name)
      demand(before, input)
      return write(name, before, updated({ ...input.Key, ...before }, input))
    },
    query({
      KeyConditionExpression = '',
      ExpressionAttributeNames = {},
      ExpressionAttributeValues = {},
    }: Input): Item[] {
      const test = testOf(KeyConditionExpression)
      return [...items.values()].filter(it => test(it, ExpressionAttributeNames, ExpressionAttributeValues))
    },
  }
}

export type Written = { readonly before: Item | undefined; readonly after: Item | undefined }
type Tables = ReadonlyMap<string, Table>
type OnWrite = (table: string, written: Written) => void

/** A client of these tables; each request goes through `request`. */
export function clientOf(
  tables: Tables,
  request: (work: () => Promise<object>) => Promise<object>,
  onWrite: OnWrite,
): DynamoDBDocumentClient {
  const send = (command: { readonly input: unknown }) => request(async () => answer(command, tables, onWrite))
  return Object.assign(Object.create(DynamoDBDocumentClient.prototype), { send })
}

function answer(command: object, tables: Tables, onWrite: OnWrite): object {
  if (command instanceof BatchGetCommand) {
    const wanted = Object.entries(command.input.RequestItems ?? {})
    const found = wanted.map(([name, { Keys = [] }]) => [name, Keys.flatMap(it => tableOf(tables, name).get(it) ?? [])])
    return { Responses: Object.fromEntries(found) }
  }
  if (command instanceof GetCommand) {
    const Item = tableOf(tables, command.input.TableName).get(command.input.Key ?? {})
    return Item === undefined ? {} : { Item }
  }
  if (command instanceof QueryCommand) return { Items: tableOf(tables, command.input.TableName).query(command.input) }
  const [name, written] = change(command, tables)
  onWrite(name, written)
  const attributes = attributesAsked(command, written)
  return attributes === undefined ? {} : { Attributes: attributes }
}

function attributesAsked(command: object, { before, after }: Written): Item | undefined {
  if (command instanceof DeleteCommand && command.input.ReturnValues === 'ALL_OLD') return before
  return command instanceof UpdateCommand && command.input.ReturnValues === 'ALL_NEW' ? after : undefined
}

function change(command: object, tables: Tables): [string, Written] {
  if (command instanceof PutCommand) {
    return [command.input.TableName ?? '', tableOf(tables, command.input.TableName).put(command.input)]
  }
  if (command instanceof DeleteCommand) {
    return [command.input.TableName ?? '', tableOf(tables, command.input.TableName).remove(command.input)]
  }
  if (command instanceof UpdateCommand) {
    return [command.input.TableName ?? '', tableOf(tables, command.input.TableName).update(command.input)]
  }
  throw new Error(`${command.constructor.name} is not understood here`)
}

function tableOf(tables: Tables, name: string | undefined): Table {
  const table = tables.get(name ?? '')
  if (table === undefined) throw new Error(`there is no table ${name}`)
  return table
}

/** `SET #a = :a, #b = :b REMOVE #c`, or `DELETE #a :a` of a set, which goes with its last element. */
function updated(
  item: Item,
  { UpdateExpression = '', ExpressionAttributeNames = {}, ExpressionAttributeValues = {} }: Input,
) {
  const fieldOf = (name: string) => ExpressionAttributeNames[name] ?? name
  const changed = { ...item }
  for (const [, name = '', value = ''] of UpdateExpression.matchAll(/(#?\w+) = (:\w+)/g)) {
    changed[fieldOf(name)] = ExpressionAttributeValues[value]
  }
  for (const [name] of (/REMOVE (.*)/.exec(UpdateExpression)?.[1] ?? '').matchAll(/#?\w+/g))
    delete changed[fieldOf(name)]
  for (const [, name = '', value = ''] of UpdateExpression.matchAll(/DELETE (#?\w+) (:\w+)/g)) {
    const left = subtract(changed[fieldOf(name)], ExpressionAttributeValues[value])
    if (left.size === 0) delete changed[fieldOf(name)]
    else changed[fieldOf(name)] = left
  }
  return changed
}

function subtract(from: unknown, some: unknown): Set<unknown> {
  const [all, gone] = [from, some].map(it => (it instanceof Set ? it : new Set<unknown>()))
  return new Set([...(all ?? [])].filter(it => !gone?.has(it)))
}

const tests = new Map<string, Test>()

/** Reads a condition; the same text once. */
function testOf(text: string): Test {
  const known = tests.get(text) ?? anyOf(text.match(/[()]|[<>=]+|[#:]?\w+(\.#\w+)?/g) ?? [])
  tests.set(text, known)
  return known
}

function anyOf(words: string[]): Test {
  const parts = [allOf(words)]
  while (words[0] === 'OR') parts.push(allOf(words.splice(0, 1) && words))
  return (...item) => parts.some(it => it(...item))
}

function allOf(words: string[]): Test {
  const parts = [oneOf(words)]
  while (words[0] === 'AND') parts.push(oneOf(words.splice(0, 1) && words))
  return (...item) => parts.every(it => it(...item))
}

/** `(…)`, `attribute_exists(#a)`, `attribute_not_exists(#a)`, `attribute_type(#a, :numbers)` or `#a <= :a`, also of a field `#a.#b`. */
function oneOf(words: string[]): Test {
  const [word = ''] = words.splice(0, 1)
  if (word === '(') {
    const inner = anyOf(words)
    words.splice(0, 1)
    return inner
  }
  if (word.startsWith('attribute_')) {
    const isType = word === 'attribute_type'
    const [, field = ''] = words.splice(0, isType ? 4 : 3)
    // The only type that is asked for: a set of numbers.
    if (isType) return (item, names) => valueAt(field, item, names) instanceof Set
    const exists = word === 'attribute_exists'
    return (item, names) => (valueAt(field, item, names) !== undefined) === exists
  }
  const [sign = '', value = ''] = words.splice(0, 2)
  return (item, names, values) => compare(valueAt(word, item, names), sign, values[value])
}

/** A field, or by `#a.#b` one of a map; of what is none there is nothing. */
function valueAt(path: string, item: Item, names: Names): unknown {
  const [field = '', inner] = path.split('.').map(it => names[it] ?? it)
  const value = item[field]
  if (inner === undefined) return value
  return typeof value === 'object' && value !== null ? Reflect.get(value, inner) : undefined
}

/** What is not there compares to nothing, as with DynamoDB. */
function compare(one: unknown, sign: string, other: unknown): boolean {
  if (sign === '=') return one !== undefined && one === other
  if (typeof one !== 'number' || typeof other !== 'number') return false
  if (sign === '>=') return one >= other
  return sign === '<' ? one < other : one <= other
}
