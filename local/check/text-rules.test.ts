import { expect, test } from 'vitest';
import { messageRules } from './message-rules.ts';
import { textRules } from './text-rules.ts';

test('no absolute path of a machine and no registry host is committed', () => {
  expect(textRules('a.md', `see ${['', 'root', 'thing'].join('/')}`)).toHaveLength(1);
  expect(textRules('a.md', `see https://${'registry'}.example/x`)).toHaveLength(1);
  expect(textRules('package-lock.json', '"resolved": "https://x/y"')).toHaveLength(1);
  expect(textRules('a.md', 'the route /work/money and /manage/orders')).toEqual([]);
  expect(textRules('a.md', 'a page of /orders')).toEqual([]);
});

test('both languages have the same keys with the same arguments', () => {
  const one = { greeting: 'Hello {name}', nested: { count: '{count, plural, one {# cat} other {# cats}}' } };
  const same = {
    greeting: 'Привет, {name}',
    nested: { count: '{count, plural, one {# кот} few {# кота} other {# котов}}' },
  };
  expect(messageRules('ui', one, same)).toEqual([]);
  expect(messageRules('ui', one, { greeting: 'Привет, {name}' })).toHaveLength(1);
  expect(messageRules('ui', one, { ...same, greeting: 'Привет' })).toHaveLength(1);
  expect(messageRules('ui', one, { ...same, greeting: ' ' })).toHaveLength(1);
  expect(messageRules('ui', one, { ...same, more: 'да' })).toHaveLength(1);
});
