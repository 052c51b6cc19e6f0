import { describe, expect, test } from 'vitest'
import { obeysRule } from '../../../local/wechat/value-rules.ts'

const rules: Record<string, { good: string[]; bad: string[] }> = {
  thing1: { good: ['x', '一'.repeat(20), '😀'.repeat(20)], bad: ['一'.repeat(21), 'a\nb', 'a\u0007'] },
  short_thing1: { good: ['已完成啦啦'], bad: ['六个字不可以'] },
  number1: { good: ['7', '3.14', '1'.repeat(32)], bad: ['1'.repeat(33), '1,000', '-1', '7个'] },
  letter1: { good: ['abcXYZ'], bad: ['ab1', 'a'.repeat(33), '字'] },
  symbol1: { good: ['@#!'], bad: ['@a', '@1', '@字', '!!!!!!'] },
  character_string12: { good: ['A-1_b 2/#', '1'.repeat(32)], bad: ['单号1', 'A，1', '1'.repeat(33)] },
  time1: {
    good: ['15:01', '23:59:59', '2026-11-22 09:30', '2019年10月1日 15:01', '2019/1/1 00:00', '09:00~10:30'],
    bad: ['24:00', '9:60', '2026-11-22', '09:00～10:30', '2026-13-01 09:00', '08:00~09:00~10:00', '下午3点'],
  },
  date1: {
    good: ['2026-11-22', '2026年11月', '11月22日', '11.22', '2024-08-20 15:01:21', '2026-01-01~2026-02-01'],
    bad: ['2026-13-01', '明天', '2026', '2026-11-22～2026-11-23'],
  },
  amount1: {
    good: ['¥88.00', '￥88元', '$1', '100元', '1'.repeat(12)],
    bad: ['88块', '1'.repeat(13), '¥1,000', '¥¥1'],
  },
  phone_number1: { good: ['+86-0766-66888866', '13800000000'], bad: ['1'.repeat(18), '电话', 'abc'] },
  car_number1: { good: ['粤A8Z888挂', '京A12345'], bad: ['粤A8Z8888挂挂', '粤粤粤粤'] },
  name1: { good: ['张三', 'Ann-Marie O', '一'.repeat(10)], bad: ['一'.repeat(11), 'a'.repeat(21), '张3'] },
  phrase1: { good: ['已预约'], bad: ['六个字不可以', 'ok'] },
  const1: { good: ['', '已预约'], bad: ['一'.repeat(21)] },
  mystery1: { good: ['x'], bad: ['一'.repeat(21)] },
  keyword1: { good: ['a\nb', '一'.repeat(200)], bad: [] },
}

describe.each(Object.entries(rules))('%s', (key, { good, bad }) => {
  test.each(good)('takes %j', value => expect(obeysRule(key, value, undefined)).toBe(true))
  test.each(bad)('refuses %j', value => expect(obeysRule(key, value, undefined)).toBe(false))
})

test.each(['const1', 'enum2', 'enum_string3'])('%s takes approved values only', key => {
  expect(obeysRule(key, '已预约', ['已预约'])).toBe(true)
  expect(obeysRule(key, '未预约', ['已预约'])).toBe(false)
})
