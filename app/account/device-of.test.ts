import { expect, test } from 'vitest';
import { deviceOf } from './device-of.ts';

test('a device is named as its owner would name it', () => {
  const edge = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/147.0 Safari/537.36 Edg/147.0';
  expect(deviceOf(edge)).toEqual({ browser: 'Edge', system: 'Windows' });
  expect(deviceOf('curl/8')).toBeNull();
});
